//! What may be written of `stepwright debug`.

use std::path::PathBuf;

use clap::Args;

use super::{LogArguments, MachineType, MockArguments};
use crate::engine::tasks::{TaskBinding, binding};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright debug orders.asl.json --input '{\"total\": 12.5}'
  stepwright debug orders.asl.json --input @order.json --break Charge --break-error PaymentDeclined
  stepwright debug orders.asl.json --task 'ChargeCard=./charge.py'      the page has a button that runs the command
  stepwright debug orders.asl.json --mocks MockConfigFile.json --case HappyPath
  stepwright debug template.yaml#Orders --port 8084
  stepwright debug nightly.asl.json --items '{\"Each order\": [1, 2]}'  what the ItemReader of a Distributed Map reads

The address of the page is printed on standard output: open it in a browser on this machine. The page steps through one execution, forwards and backwards, on
virtual time. You choose the result of each task, or run its handler of --task or --mocks. Nothing is stored, and Ctrl-C ends everything.
Exit status: 0 ended by Ctrl-C or SIGTERM; 1 the definition has errors, or it cannot listen at the port; 2 wrong usage, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct DebugArguments {
    /// The definition in JSON or YAML, or a template with state machines; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The execution's input: JSON, `@FILE`, or `-` for standard input
    #[arg(
        long,
        default_value = "{}",
        value_name = "JSON|@FILE|-",
        allow_hyphen_values = true
    )]
    pub(crate) input: String,
    /// The type of the state machine
    #[arg(
        long = "type",
        value_enum,
        default_value = "STANDARD",
        ignore_case = true
    )]
    pub(crate) machine_type: MachineType,
    /// Stop before this state is entered; can be given several times
    #[arg(long = "break", value_name = "STATE")]
    pub(crate) break_states: Vec<String>,
    /// Stop after a state failed with this error, `States.ALL` for any; can be given several times
    #[arg(long = "break-error", value_name = "ERROR")]
    pub(crate) break_errors: Vec<String>,
    #[command(flatten)]
    pub(crate) mocks: MockArguments,
    /// Run a task with a command or at a URL; NAME is the name of a state, the name of a function,
    /// or a resource
    #[arg(long = "task", value_name = "NAME=COMMAND|URL", value_parser = binding)]
    pub(crate) tasks: Vec<TaskBinding>,
    /// What the ItemReaders of Distributed Maps read: an object with an array for each of them, by
    /// the name of its state
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) items: Option<String>,
    /// The execution's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The port of the page; 0 selects a free one
    #[arg(long, value_name = "PORT", default_value = "0")]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}
