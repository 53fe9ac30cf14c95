//! The arguments of `stepwright run`.

use std::path::PathBuf;

use clap::Args;

use super::{
    LogArguments, MachineType, MockArguments, OtlpArguments, ProgressArguments, RedactArguments,
    ServiceArguments,
};
use crate::engine::tasks::{TaskBinding, binding};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright run greet.asl.json --input '{\"name\": \"Ada\"}'
  stepwright run greet.asl.json --input @order.json --history history.json
  cat order.json | stepwright run greet.asl.json --input -
  stepwright run orders.asl.json --mocks MockConfigFile.json --case HappyPath
  stepwright run orders.asl.json --task 'ChargeCard=./charge.py'
  stepwright run nightly.asl.json --objects buckets        s3://orders/2026.csv is buckets/orders/2026.csv
  stepwright run nightly.asl.json --aws-endpoint http://127.0.0.1:4566   AWS services and S3 of an emulator
  stepwright run orders.asl.json --store orders.db --name o-17 --task 'ChargeCard=./charge.py'
  stepwright run orders.asl.json --log debug               each event of the history, on standard error

A command gets the task's input as JSON on standard input and prints its output as JSON: for lambda:invoke the function's payload and result, otherwise the
state's parameters and result. To make the task fail, it prints `ErrorName: cause` on standard error and exits with a status other than 0. A URL (http://127.0.0.1:9000/charge)
receives the same as the body of a POST request and responds with the output; a status other than 2xx with {\"error\": .., \"cause\": ..} makes the task fail.

With --store the execution survives the process: after Ctrl-C, a crash or a loss of power the same command resumes it, with the version of FILE that it
started with. A task whose command was running fails with Stepwright.TaskLost, which Retry and Catch may name. After the execution has ended, its result is printed again.
`stepwright executions` and `stepwright history` read the store, even while the execution runs.";

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The definition in JSON or YAML; `-` is standard input
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
    #[command(flatten)]
    pub(crate) mocks: MockArguments,
    /// Run a task with a command or at a URL; NAME is the name of a state, the name of a function,
    /// or a resource
    #[arg(long = "task", value_name = "NAME=COMMAND|URL", value_parser = binding)]
    pub(crate) tasks: Vec<TaskBinding>,
    /// The directory that Distributed Maps use instead of S3; each subdirectory is a bucket.
    /// Without it, they use S3 at its --aws-endpoint
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// Run waits, retries and timeouts in real time; by default virtual time skips them
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Write the history as GetExecutionHistory returns it; the histories of Distributed Map
    /// children are written next to it
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// The execution's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Store the execution in this file, and resume it if an earlier run did not finish it
    #[arg(long, value_name = "PATH", requires = "name")]
    pub(crate) store: Option<PathBuf>,
    /// Confirm once that this machine's clock is right, after a warning that it is far ahead of the
    /// store
    #[arg(long, requires_all = ["store", "real_time"])]
    pub(crate) confirm_clock: bool,
    #[command(flatten)]
    pub(crate) services: ServiceArguments,
    #[command(flatten)]
    pub(crate) progress: ProgressArguments,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
    #[command(flatten)]
    pub(crate) otlp: OtlpArguments,
}
