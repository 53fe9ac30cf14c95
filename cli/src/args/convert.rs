//! The arguments of `stepwright convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use stepwright_tools::convert::Difference;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright convert orders.asl.json --to jsonata > orders.jsonata.asl.json
  stepwright convert orders.asl.yaml --to jsonata --diff          shows the changes
  stepwright convert template.yaml --to jsonata --write           converts the state machines of a CloudFormation or SAM template
  stepwright convert orders.asl.json --to jsonata --state Charge --state Ship --write
  stepwright convert orders.asl.json --to jsonata --accept flattened-lists --write
  stepwright convert infra --to jsonata --write                   converts the definitions and templates of a folder
  stepwright convert infra --to jsonata --format json             what would be converted, for programs
  cat orders.asl.json | stepwright convert - --to jsonata

A state whose conversion would do something else is not converted: a note says why, and --accept with the code of the note converts it nevertheless.
Comments, order and layout of everything else remain.
Exit status: 0 all states are converted; 1 a state is not converted, or with --diff a definition would change; 2 wrong usage, or a file that cannot be read.";

/// The query language of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetLanguage {
    /// JSONata
    Jsonata,
}

/// How notes and the summary are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConvertFormat {
    /// For people, on standard error, with the lines of the source
    Text,
    /// For programs: one object over all files, on standard output
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    /// Definitions in JSON or YAML, templates, or folders; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The query language of the result
    #[arg(long, value_name = "LANGUAGE", value_enum)]
    pub(crate) to: TargetLanguage,
    /// Convert only this state: its name, or its JSON pointer in the definition; may be given
    /// several times
    #[arg(long = "state", value_name = "STATE")]
    pub(crate) states: Vec<String>,
    /// Convert states in spite of the differences with these codes
    #[arg(long, value_name = "CODE,..", value_delimiter = ',')]
    pub(crate) accept: Vec<Difference>,
    /// Make a variable of a result that ResultPath carries to one later state
    #[arg(long)]
    pub(crate) variables: bool,
    /// Write the files; of standard input, print the converted text
    #[arg(long)]
    pub(crate) write: bool,
    /// Print the changes as a unified diff and change no file
    #[arg(long, conflicts_with = "write")]
    pub(crate) diff: bool,
    /// How notes and the summary are printed; with `json`, a text is only written or compared
    #[arg(long, value_enum, default_value = "text", conflicts_with = "diff")]
    pub(crate) format: ConvertFormat,
}
