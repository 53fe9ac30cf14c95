//! The arguments of `stepwright import`.

use std::path::PathBuf;

use clap::Args;

use super::MachineType;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright import state-machine.asl.json
  stepwright import orders.asl.yaml --output src/orders.rs
  stepwright import orders.asl.json --name OrderProcessing --type EXPRESS

The source compiles with stepwright, serde, serde_json and schemars, and emits the same definition. States, transitions, rules, handlers and tasks
are written in the language of `workflow!`; the remaining fields are in `raw { .. }`, for you to replace step by step. Lambda functions and activities become declarations
without a body: write one to run it in process.
Exit status: 0 written; 1 the definition has errors, or `workflow!` cannot express it; 2 wrong usage.";

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The workflow's name in Rust; by default derived from the file's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The type of the state machine, which the definition does not contain
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// The output file; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}
