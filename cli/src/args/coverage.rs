//! The arguments of `stepwright coverage`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::percent;

pub(super) const EXAMPLES: &str = "Examples:
  STEPWRIGHT_COVERAGE=$PWD/target/stepwright cargo test
  stepwright coverage target/stepwright --fail-under 90
  stepwright coverage target/stepwright --definition orders.asl.json --definition refunds.asl.yaml
  stepwright coverage target/stepwright --workflow OrderProcessing --format svg > orders.svg

Each engine on virtual time in each test process records the coverage of its executions, including nested workflows and the items of Distributed Maps. Remove the folder before
the tests run again, because all files in it are merged. A definition matches a recorded one that is equal or has the same name (order-processing.asl.json and OrderProcessing).
Exit status: 0 printed; 1 less than --fail-under is covered; 2 wrong usage, or a folder without coverage.";

#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// The folder that STEPWRIGHT_COVERAGE named while the tests ran
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Count only these definitions, in JSON or YAML, even if no test ran them
    #[arg(long, value_name = "FILE")]
    pub(crate) definition: Vec<PathBuf>,
    /// Count only the workflows of this name
    #[arg(long, value_name = "NAME", conflicts_with = "definition")]
    pub(crate) workflow: Vec<String>,
    /// Exit with status 1 if the coverage is below this percentage
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) fail_under: Option<f64>,
    /// The output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: CoverageFormat,
}

/// How coverage is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people: the covered and the uncovered parts
    Text,
    /// For programs: one object
    Json,
    /// A diagram of one workflow, coloured by coverage
    Svg,
    /// An HTML page with that diagram
    Html,
}
