//! What may be written of the commands that look into a store.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::at_least_one;

pub(super) const EXECUTIONS_EXAMPLES: &str = "Examples:
  stepwright executions --store orders.db
  stepwright executions --store orders.db --status RUNNING
  stepwright executions --store orders.db --machine orders --limit 1000 --format json

An engine may have the store open and work on it meanwhile.
Exit status: 0 printed; 2 wrong usage, or a store that cannot be read.";

pub(super) const HISTORY_EXAMPLES: &str = "Examples:
  stepwright history --store orders.db --name o-17
  stepwright history --store orders.db --name o-17 --reverse | head
  stepwright history --store orders.db --name arn:aws:states:us-east-1:123456789012:execution:orders:o-17
  stepwright history --store orders.db --name o-17 --format json > history.json
  stepwright graph orders.asl.json --history history.json --output o-17.svg

An engine may have the store open and work on it meanwhile.
Exit status: 0 printed; 2 wrong usage, a store that cannot be read, or no such execution.";

/// How a command prints what a store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreFormat {
    /// A table for people
    Text,
    /// For programs: one object in the shape of AWS's response
    Json,
}

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// It runs
    Running,
    /// It ended with an output
    Succeeded,
    /// A state failed and nothing caught it
    Failed,
    /// Its time ran out
    TimedOut,
    /// Somebody stopped it
    Aborted,
}

impl From<Status> for stepwright_runtime::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::TimedOut => Self::TimedOut,
            Status::Aborted => Self::Aborted,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExecutionsArguments {
    /// The file that the executions are kept in
    #[arg(long, value_name = "PATH")]
    pub(crate) store: PathBuf,
    /// Those that stand so
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) status: Option<Status>,
    /// Those of one state machine, by its name
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value = "100", value_parser = at_least_one)]
    pub(crate) limit: usize,
    /// The page after another: its nextToken
    #[arg(long, value_name = "TOKEN")]
    pub(crate) next_token: Option<String>,
    /// How they are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: StoreFormat,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// The file that the executions are kept in
    #[arg(long, value_name = "PATH")]
    pub(crate) store: PathBuf,
    /// The execution's name, or its ARN
    #[arg(long, value_name = "NAME|ARN")]
    pub(crate) name: String,
    /// Its state machine's name, where several have an execution of that name
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
    /// The last event first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: StoreFormat,
}
