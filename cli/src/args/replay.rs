//! The arguments of `stepwright replay`.

use std::path::PathBuf;

use clap::Args;

use super::{LogArguments, RedactArguments, substitution};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright run orders.asl.json --history history.json
  stepwright replay orders.asl.json --history history.json
  aws stepfunctions get-execution-history --include-execution-data --execution-arn ARN > history.json
  aws stepfunctions list-executions --map-run-arn MAP_RUN_ARN      the items of a Distributed Map, whose histories --child takes
  stepwright replay orders.asl.json --history history.json --child item-1.json --child item-2.json --objects buckets
  stepwright replay orders.asl.json --history history.json --substitute TopicArn=arn:aws:sns:us-east-1:123456789012:orders

A placeholder of the definition without a --substitute gets the first value of its kind that the history has at its position.
Each task returns its recorded result. Values of the clock, random values and ids of the execution are not compared.
Exit status: 0 the execution is as recorded; 1 it differs; 2 wrong usage, or a history that cannot be replayed.";

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The history, from GetExecutionHistory or `run --history`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) history: PathBuf,
    /// The history of a child execution of a Distributed Map, in the same form; one for each item
    /// or batch
    #[arg(long, value_name = "FILE")]
    pub(crate) child: Vec<PathBuf>,
    /// The directory that Distributed Maps read instead of S3; each subdirectory is a bucket;
    /// nothing is written to it
    #[arg(long, value_name = "DIR")]
    pub(crate) objects: Option<PathBuf>,
    /// The value of the placeholder `${NAME}` of the definition; by default, the value that the
    /// history has at its position
    #[arg(long = "substitute", value_name = "NAME=VALUE", value_parser = substitution)]
    pub(crate) substitutions: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}
