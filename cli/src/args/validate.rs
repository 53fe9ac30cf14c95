//! The arguments of `stepwright validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::MachineType;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright validate state-machine.asl.json
  stepwright validate infra                                  every definition and template in the folder
  stepwright validate template.yaml                          the state machines of a CloudFormation or SAM template
  stepwright validate --type EXPRESS --format json infra/*.asl.json infra/*.asl.yaml
  stepwright validate --deny warnings --allow missing-timeout,SW142 infra
  stepwright validate --fix infra                            fixes what has a safe fix
  stepwright validate --diff --unsafe-fixes infra            shows all fixes and changes no file
  stepwright validate --statistics infra                     the number of diagnostics of each rule
  stepwright validate --format github .                      annotates the lines of a pull request
  stepwright validate --format sarif . > stepwright.sarif
  aws stepfunctions describe-state-machine --state-machine-arn ARN | stepwright validate -
  cargo run --bin order_processing -- --emit | stepwright validate -

In a folder, every *.asl.json and *.asl.yaml is checked, and each *.json, *.yaml, *.yml and *.template that is a definition or a template with state machines.
Hidden folders, target and node_modules are skipped. `stepwright: allow SW024, missing-timeout` in the Comment of a state, or of the machine, silences the
warnings of these rules there. `stepwright rule SW024` explains a rule.
Exit status: 0 no error; 1 an error in a definition, or with --diff a file that would change; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people, with the lines of the source
    Text,
    /// For programs: one object over all files, in the shape of AWS's
    /// ValidateStateMachineDefinition response
    Json,
    /// For code scanners: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: workflow commands, which mark the lines of a pull request
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Definitions in JSON or YAML, templates, the output of describe-state-machine, or folders;
    /// `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The type of the state machine, if the file does not contain it
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// How diagnostics are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: OutputFormat,
    /// Treat the warnings of these rules (such as SW048 or missing-timeout) as errors, or all
    /// `warnings`
    #[arg(long, value_name = "RULE,..|warnings", value_delimiter = ',')]
    pub(crate) deny: Vec<String>,
    /// Silence the warnings of these rules
    #[arg(long, value_name = "RULE,..", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    /// The settings file, instead of the nearest `stepwright.toml` above each definition
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Ignore every `stepwright.toml`
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
    /// Fix what has a safe fix, and write the files; of standard input, print the fixed text
    #[arg(long, group = "fixing")]
    pub(crate) fix: bool,
    /// Print the fixes as a unified diff and change no file
    #[arg(long, group = "fixing")]
    pub(crate) diff: bool,
    /// Allow each warning in the `Comment` of its state, and write the files
    #[arg(long, conflicts_with_all = ["fixing", "format", "statistics"])]
    pub(crate) add_ignore: bool,
    /// Also make fixes that may change what a valid definition does
    #[arg(long, requires = "fixing")]
    pub(crate) unsafe_fixes: bool,
    /// Print the number of diagnostics of each rule instead of the diagnostics
    #[arg(long, conflicts_with_all = ["format", "fixing"])]
    pub(crate) statistics: bool,
    /// Print only diagnostics: no files without diagnostics, and no counts
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
