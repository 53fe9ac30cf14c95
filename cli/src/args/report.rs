//! The arguments of `stepwright report`.

use std::path::PathBuf;

use clap::Args;

use super::StoredRedactArguments;
use crate::store_place::StorePlace;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright run orders.asl.json --history history.json
  stepwright report orders.asl.json --history history.json --output run.html
  aws stepfunctions get-execution-history --include-execution-data --execution-arn ARN > history.json
  stepwright report --store orders.db --name order-17 --output order-17.html
  stepwright report --store orders.db --name order-17 --redact password > order-17.html

The page has no scripts and loads nothing, so it can be sent by mail or stored as an artifact of a build. In tests, `expect(&report).report(PATH)` writes the same page.
Exit status: 0 written; 1 the definition has no states; 2 wrong usage, an invalid history, an unknown execution, or a file that cannot be written.";

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The definition in JSON or YAML, for --history; `-` is standard input
    #[arg(
        value_name = "FILE",
        requires = "history",
        required_unless_present = "store"
    )]
    pub(crate) file: Option<PathBuf>,
    /// The history of the execution, from GetExecutionHistory or `run --history`
    #[arg(long, value_name = "FILE", requires = "file", conflicts_with = "store")]
    pub(crate) history: Option<PathBuf>,
    /// The store that has the execution; an engine may use it at the same time
    #[arg(long, value_name = "PATH|URL", requires = "name")]
    pub(crate) store: Option<StorePlace>,
    /// The schema of the database of --store, `stepwright` by default
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) schema: Option<String>,
    /// The execution's name in the store, or its ARN
    #[arg(long, value_name = "NAME|ARN", requires = "store")]
    pub(crate) name: Option<String>,
    /// The name of its state machine, if several have an execution of that name
    #[arg(long, value_name = "NAME", requires = "store")]
    pub(crate) machine: Option<String>,
    /// The output file; by default standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) redact: StoredRedactArguments,
}
