//! The arguments of `stepwright diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright diff deployed.asl.json orders.asl.json
  git show main:orders.asl.yaml | stepwright diff - orders.asl.yaml
  stepwright diff old/template.yaml#Orders template.yaml#Orders     state machines of SAM and CloudFormation templates
  stepwright diff --exit-code --format json old.asl.json new.asl.json

Formatting, the order of states and keys, and explicit default values are not compared.
Exit status: 0 compared; 1 the definitions differ in more than comments (only with --exit-code), or a text is not JSON or YAML; 2 wrong usage.";

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The old definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The new definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// How the differences are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: DiffFormat,
    /// Exit with status 1 when the definitions differ in more than comments
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Text,
    /// For programs: one object
    Json,
}
