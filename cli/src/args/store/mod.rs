//! What may be written of the commands that look into a store.

pub(super) mod store_inspection;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use self::store_inspection::{
    CHECK_EXAMPLES, COMPACT_EXAMPLES, CheckArguments, CompactArguments, EXPORT_EXAMPLES,
    ExportArguments, INFO_EXAMPLES, InfoArguments, QUARANTINE_EXAMPLES, QuarantineArguments,
};
use super::{OneStoreArguments, StoreFileArguments, StoredRedactArguments, at_least_one};
use crate::store_place::StorePlace;

pub(super) const EXECUTIONS_EXAMPLES: &str = "Examples:
  stepwright executions --store orders.db
  stepwright executions --store orders.db --status RUNNING
  stepwright executions --store postgres://stepwright@db/orders --schema team_a
  stepwright executions --store orders.db --machine orders --limit 1000 --format json

An engine may have the store open and use it at the same time.
Exit status: 0 printed; 2 wrong usage, or a store that cannot be read.";

pub(super) const HISTORY_EXAMPLES: &str = "Examples:
  stepwright history --store orders.db --name o-17
  stepwright history --store orders.db --name o-17 --reverse | head
  stepwright history --store orders.db --name arn:aws:states:us-east-1:123456789012:execution:orders:o-17
  stepwright history --store orders.db --name o-17 --format json > history.json
  stepwright history --store orders.db --name o-17 --format test > tests/o_17.rs
  stepwright graph orders.asl.json --history history.json --output o-17.svg
  stepwright history --store orders.db --name o-17 --explain          which expression of each state had which value
  stepwright history --history history.json --definition orders.asl.json --explain

--explain computes the values again from the history, in the order in which the execution evaluated the expressions. It lists each visit of a state by the ID of its
StateEntered event. A history does not determine all values: those of $random(), $uuid() and $now(), for example, are `not computed again`.
An engine may have the store open and use it at the same time. `--format test` runs the definition once, with the recorded results of the tasks, to
include only assertions that hold.
Exit status: 0 printed; 1 no test can repeat the execution; 2 wrong usage, a store that cannot be read, or no such execution.";

pub(super) const STORE_EXAMPLES: &str = "Examples:
  stepwright store info orders.db
  stepwright store check orders.db
  stepwright store backup orders.db backup-2026-03-14.db
  stepwright store restore backup-2026-03-14.db orders.db
  stepwright store recover orders.db
  stepwright store copy orders.db postgres://stepwright@db/orders

A store is a file, or a schema of a PostgreSQL database: postgres://USER@HOST/DATABASE with --schema.
`stepwright store COMMAND --help` describes each command.";

const BACKUP_EXAMPLES: &str = "Examples:
  stepwright store backup orders.db backup-2026-03-14.db
  stepwright store backup /var/lib/stepwright/stepwright.db /backups/$(date +%F).db

An engine may have the store open and write to it. Do not copy the file with `cp`: the newest commits are in its log.
Exit status: 0 written; 2 wrong usage, a store that cannot be read, or a file that cannot be written.";

const RESTORE_EXAMPLES: &str = "Examples:
  stepwright store restore backup-2026-03-14.db orders.db

No engine may have FILE open. BACKUP must be a store that was closed cleanly, as backups are. It is copied, and the copy is checked: its schema version, SQLite's
integrity_check, and the checksum of each record and document. Then FILE and its log are renamed to FILE.aside-DATE and FILE-wal.aside-DATE, and the copy
becomes FILE. Nothing is deleted; remove the renamed files when you no longer need them.
Exit status: 0 restored; 2 wrong usage, a store in use, or a backup that is damaged or not closed.";

const RECOVER_EXAMPLES: &str = "Examples:
  stepwright store recover orders.db

For a store that is refused because its log is missing or belongs to another file. Commits that are only in the log are lost: restore a backup, or put the right
log back, if you can. A log of another file is renamed to FILE-wal.aside-DATE.
Exit status: 0 the store opens; 2 wrong usage, a store in use, or a file that is damaged.";

const COPY_EXAMPLES: &str = "Examples:
  stepwright store copy orders.db postgres://stepwright@db/orders
  stepwright store copy postgres://stepwright@db/orders orders.db --from-schema team_a
  stepwright store copy orders.db copy.db

No engine may have FROM or TO open. TO must not exist, or be empty. Everything is copied: definitions, executions with their histories, Map Runs, activities,
documents and undelivered messages. Then both are read and compared. FROM does not change. Start an engine on only one of the two afterwards: both have the
same open executions. An interrupted copy is refused by engines: delete the file, or drop the schema, and repeat the command.
Exit status: 0 copied and equal; 1 the copy differs; 2 wrong usage, a store in use, a store that is damaged, or content in TO.";

const ABORT_EXAMPLES: &str = "Examples:
  stepwright store quarantine orders.db
  stepwright store abort orders.db --name o-17
  stepwright store abort postgres://stepwright@db/orders --schema team_a --name o-17

For an execution that `store quarantine` lists: a record is damaged, its definition is missing, or another version wrote it. No engine may have the store
open; StopExecution does the same while `stepwright serve` runs. The execution gets the status ABORTED, and its records stay.
Exit status: 0 aborted; 2 wrong usage, a store in use, or an execution that can be read.";

const DELETE_EXAMPLES: &str = "Examples:
  stepwright store delete orders.db --name o-17
  stepwright store delete orders.db --name arn:aws:states:us-east-1:123456789012:execution:orders:o-17

No engine may have the store open. The name of the execution is free afterwards.
Exit status: 0 deleted; 2 wrong usage, a store in use, or an execution that is open.";

/// A command on a store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Print the version, the sizes and the counts of a store
    #[command(after_help = INFO_EXAMPLES)]
    Info(InfoArguments),
    /// Check the tables, each execution, each definition and each document of a store
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// List the open executions that no engine of this version can read
    #[command(after_help = QUARANTINE_EXAMPLES)]
    Quarantine(QuarantineArguments),
    /// Write executions as JSON, also those that cannot be read
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArguments),
    /// Rewrite a store without the space of deleted executions
    #[command(after_help = COMPACT_EXAMPLES)]
    Compact(CompactArguments),
    /// Write a complete copy of a store, also while an engine writes to it
    #[command(after_help = BACKUP_EXAMPLES)]
    Backup(BackupArguments),
    /// Replace a store with a backup; the old files are renamed
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArguments),
    /// Use the file of a store without its log, and accept that commits are lost
    #[command(after_help = RECOVER_EXAMPLES)]
    Recover(RecoverArguments),
    /// Copy a store from a file to a database, or from a database to a file, and compare the copy
    #[command(after_help = COPY_EXAMPLES)]
    Copy(CopyArguments),
    /// End an open execution that no engine can read
    #[command(after_help = ABORT_EXAMPLES)]
    Abort(StoredExecutionArguments),
    /// Delete an execution that is over, with its history and its Map Runs
    #[command(after_help = DELETE_EXAMPLES)]
    Delete(StoredExecutionArguments),
}

#[derive(Debug, Args)]
pub(crate) struct StoreArguments {
    #[command(subcommand)]
    pub(crate) command: StoreCommand,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArguments {
    /// The store that is copied: a file, or the URL of a database
    #[arg(value_name = "FROM")]
    pub(crate) from: StorePlace,
    /// The new store: a file, or the URL of a database
    #[arg(value_name = "TO")]
    pub(crate) to: StorePlace,
    /// The schema of the database FROM, `stepwright` by default
    #[arg(long, value_name = "NAME")]
    pub(crate) from_schema: Option<String>,
    /// The schema of the database TO, `stepwright` by default
    #[arg(long, value_name = "NAME")]
    pub(crate) to_schema: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    pub(crate) store: StoreFileArguments,
    /// The backup, which must not exist
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// The backup
    #[arg(value_name = "BACKUP")]
    pub(crate) backup: PathBuf,
    #[command(flatten)]
    pub(crate) store: StoreFileArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RecoverArguments {
    #[command(flatten)]
    pub(crate) store: StoreFileArguments,
}

#[derive(Debug, Args)]
pub(crate) struct StoredExecutionArguments {
    #[command(flatten)]
    pub(crate) store: OneStoreArguments,
    /// The execution's name, or its ARN
    #[arg(long, value_name = "NAME|ARN")]
    pub(crate) name: String,
    /// The name of its state machine, if several have an execution of that name
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
}

/// How a command prints what a store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreFormat {
    /// A table for people
    Text,
    /// For programs: one object in the shape of AWS's response
    Json,
}

/// How `history` prints an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    /// A table for people
    Text,
    /// For programs: one object in the shape of AWS's response
    Json,
    /// A test in Rust, with a mock for each state whose task was called
    Test,
}

/// The status of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// Running
    Running,
    /// Ended with an output
    Succeeded,
    /// Ended by an error that was not caught
    Failed,
    /// Ended by the timeout of the state machine
    TimedOut,
    /// Stopped by StopExecution or `store abort`
    Aborted,
    /// Running in the store, but no engine of this version can read it
    Unreadable,
}

impl From<Status> for stepwright_engine::Status {
    fn from(status: Status) -> Self {
        match status {
            Status::Running | Status::Unreadable => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Failed => Self::Failed,
            Status::TimedOut => Self::TimedOut,
            Status::Aborted => Self::Aborted,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExecutionsArguments {
    /// The file of the store, or the URL of its database
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) store: StorePlace,
    /// The schema of the database of --store, `stepwright` by default
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    /// Only executions with this status
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) status: Option<Status>,
    /// Only executions of the state machine with this name
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
    /// The maximum number of executions
    #[arg(long, value_name = "N", default_value = "100", value_parser = at_least_one)]
    pub(crate) limit: usize,
    /// The nextToken of the previous page
    #[arg(long, value_name = "TOKEN")]
    pub(crate) next_token: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: StoreFormat,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// The file of the store, or the URL of its database
    #[arg(
        long,
        value_name = "PATH|URL",
        requires = "name",
        required_unless_present = "history"
    )]
    pub(crate) store: Option<StorePlace>,
    /// The schema of the database of --store, `stepwright` by default
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    /// The execution's name, or its ARN
    #[arg(long, value_name = "NAME|ARN", requires = "store")]
    pub(crate) name: Option<String>,
    /// The name of its state machine, if several have an execution of that name
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) machine: Option<String>,
    /// Instead of a store, a history from GetExecutionHistory or `run --history`; with --explain
    #[arg(
        long,
        value_name = "FILE",
        requires = "explain",
        requires = "definition",
        conflicts_with = "store"
    )]
    pub(crate) history: Option<PathBuf>,
    /// The definition of the execution of --history, in JSON or YAML
    #[arg(long, value_name = "FILE", requires = "history")]
    pub(crate) definition: Option<PathBuf>,
    /// Print each path and expression of each visited state with the value that it had, instead of
    /// the events
    #[arg(long)]
    pub(crate) explain: bool,
    /// Print the last event, or the last state, first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// The output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: HistoryFormat,
    #[command(flatten)]
    pub(crate) redact: StoredRedactArguments,
}
