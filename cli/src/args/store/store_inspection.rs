//! The arguments of the commands that look into a store, export its executions, or compact it.

use std::path::PathBuf;

use clap::Args;

use crate::args::{OneStoreArguments, StoreFileArguments, StoredRedactArguments};

pub(crate) const INFO_EXAMPLES: &str = "Examples:
  stepwright store info orders.db
  stepwright store info orders.db --json | jq .fileBytes
  stepwright store info postgres://stepwright@db/orders --schema team_a

Reads the store at one moment and changes nothing; an engine may have it open. The counts come from indexes, and each open execution is read, as an engine
does when it starts. A file of another version has only its version and its sizes. For a database, the epoch, the last commit and the lease are printed, too.
Exit status: 0 printed; 2 wrong usage, or a store that cannot be read.";

pub(crate) const CHECK_EXAMPLES: &str = "Examples:
  stepwright store check orders.db
  stepwright store check backup-2026-03-14.db --json
  stepwright store check postgres://stepwright@db/orders --schema team_a

Checks SQLite's pages and indexes, reads each execution with the code of the engine, and checks definitions, Map Runs, activities, documents and the
references between tables. Changes nothing. An engine may have the store open: the check sees one moment, and the log grows with each commit until the check
ends. Check a backup instead if the store is large and busy. The pages of a database are its own to check.
Exit status: 0 sound; 1 problems; 2 wrong usage, or a store that cannot be opened.";

pub(crate) const QUARANTINE_EXAMPLES: &str = "Examples:
  stepwright store quarantine orders.db
  stepwright store quarantine orders.db --json | jq -r '.executions[].executionArn'

An engine leaves these executions as they are and runs all others. A version that can read them continues them. To end one: `store export` saves its records,
`store abort` ends it, `store delete` removes it. Changes nothing; an engine may have the store open.
Exit status: 0 listed; 2 wrong usage, or a store that cannot be read.";

pub(crate) const EXPORT_EXAMPLES: &str = "Examples:
  stepwright store export orders.db --name o-17
  stepwright store export orders.db --name o-17 --machine orders --output o-17.jsonl
  stepwright store export orders.db --all --output orders.jsonl
  stepwright store export postgres://stepwright@db/orders --schema team_a --all

Writes one JSON object a line for each execution: its row, its definition, its input and result, and its history in the format of GetExecutionHistory. An
execution that cannot be read has the reason as `unreadable`, and its records in base64 as `records`. The data is not masked. An engine may have the store open;
the export sees one moment.
Exit status: 0 written; 2 wrong usage, a store that cannot be read, no such execution, or a file that exists or cannot be written.";

pub(crate) const COMPACT_EXAMPLES: &str = "Examples:
  stepwright store compact orders.db

No engine may have FILE open. Writes a copy without the space of deleted executions next to FILE, checks the copy as `store restore` does, and renames it to FILE.
The disk needs space for the copy. A crash, or a full disk, leaves a store with all its executions.
Exit status: 0 compacted; 2 wrong usage, a store in use, or a file that is damaged or cannot be written.";

#[derive(Debug, Args)]
pub(crate) struct InfoArguments {
    #[command(flatten)]
    pub(crate) store: OneStoreArguments,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) store: OneStoreArguments,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QuarantineArguments {
    #[command(flatten)]
    pub(crate) store: OneStoreArguments,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    pub(crate) store: OneStoreArguments,
    /// The execution's name, or its ARN
    #[arg(
        long,
        value_name = "NAME|ARN",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(crate) name: Option<String>,
    /// The name of its state machine, if several have an execution of that name
    #[arg(long, value_name = "NAME", requires = "name")]
    pub(crate) machine: Option<String>,
    /// Export all executions, with the children of Map Runs
    #[arg(long)]
    pub(crate) all: bool,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file of --output if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) redact: StoredRedactArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CompactArguments {
    #[command(flatten)]
    pub(crate) store: StoreFileArguments,
}
