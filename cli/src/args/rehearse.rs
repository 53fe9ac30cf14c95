//! The arguments of `stepwright rehearse`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use stepwright_review::rehearsal::RehearsalKind;

use super::{HistorySourceArguments, MachineType, RedactArguments, substitution};

pub(crate) const EXAMPLES: &str = "Examples:
  stepwright rehearse orders.asl.json --histories histories            each *.json of the folder, such as those of get-execution-history
  stepwright rehearse orders.asl.json --store orders.db --machine orders
  stepwright rehearse orders.asl.json --executions ARN ARN --aws-account 123456789012
  stepwright rehearse template.yaml#Orders --histories histories --old deployed.asl.json
  stepwright rehearse orders.asl.json --histories histories --max path=0 --max output=5%
  stepwright rehearse orders.asl.json --histories histories --format html > rehearsal.html
  stepwright rehearse orders.asl.json --store orders.db --save histories --redact card.number

Each recorded execution runs through the definition with its recorded answers, on virtual time; no task is called. --save stores one history of each distinct path, with masked
fields, for a folder that the repository commits; later runs need only `--histories`. A renamed state is found if the old definition is known: in a store, in a saved history, or with --old.
The kinds of --max: new-error, unanswered, path, end, call, output, undetermined, unusable. new-error and unanswered are 0 unless set; the others have no limit.
Exit status: 0 within the limits; 1 beyond a limit; 2 wrong usage, or a history that cannot be read.";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("recorded").args(["histories", "store", "executions"]).required(true).multiple(true))]
pub(crate) struct RehearseArguments {
    /// The new definition in JSON or YAML, or one in a template: `template.yaml#Orders`
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) source: HistorySourceArguments,
    /// The definition that the executions ran, if they do not contain it
    #[arg(long, value_name = "FILE")]
    pub(crate) old: Option<PathBuf>,
    /// The type of the state machine, which determines the price
    #[arg(long = "type", value_enum, default_value = "STANDARD")]
    pub(crate) machine_type: MachineType,
    /// The region of the prices
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(crate) region: String,
    /// The value of a placeholder; other placeholders get the value that a history has in their
    /// position
    #[arg(long = "substitute", value_name = "NAME=VALUE", value_parser = substitution)]
    pub(crate) substitutions: Vec<(String, String)>,
    /// How the report is printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: RehearseFormat,
    /// How many executions may have a result of this kind, as a number or in percent; can be given
    /// several times
    #[arg(long = "max", value_name = "KIND=N|N%", value_parser = limit_of_kind)]
    pub(crate) max: Vec<(RehearsalKind, KindLimit)>,
    /// How much of the states, transitions and errors of the definition the executions must cover
    #[arg(long, value_name = "PERCENT")]
    pub(crate) min_coverage: Option<f64>,
    /// How old the newest execution may be
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age: Option<f64>,
    /// How much the transitions may grow
    #[arg(long, value_name = "PERCENT")]
    pub(crate) max_growth: Option<f64>,
    /// Save one history of each distinct path in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) redact: RedactArguments,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RehearseFormat {
    /// For people
    Text,
    /// For comments and pages of a build
    Markdown,
    /// A page with a picture of the covered states and transitions
    Html,
    /// For programs
    Json,
    /// For the test reports of CI: a test case for each execution
    Junit,
}

/// A limit of the number of executions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum KindLimit {
    Count(usize),
    Percent(f64),
}

impl KindLimit {
    /// Whether `count` of `all` executions are within the limit.
    pub(crate) fn allows(self, count: usize, all: usize) -> bool {
        match self {
            Self::Count(most) => count <= most,
            Self::Percent(most) => count as f64 * 100.0 <= most * all as f64,
        }
    }
}

impl std::fmt::Display for KindLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most} %"),
        }
    }
}

fn limit_of_kind(text: &str) -> Result<(RehearsalKind, KindLimit), String> {
    let (name, limit) = text
        .split_once('=')
        .ok_or("expected KIND=N, such as `path=0` or `output=5%`")?;
    let kinds = RehearsalKind::ALL;
    let kind = kinds.iter().find(|kind| kind.as_str() == name);
    let kind = kind.ok_or_else(|| {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        format!("`{name}` is no kind; the kinds are {}", names.join(", "))
    })?;
    let is_amount = |percent: &f64| percent.is_finite() && *percent >= 0.0;
    let limit = match limit.strip_suffix('%') {
        Some(percent) => percent
            .trim()
            .parse()
            .ok()
            .filter(is_amount)
            .map(KindLimit::Percent),
        None => limit.parse().ok().map(KindLimit::Count),
    };
    let limit = limit.ok_or_else(|| format!("`{text}`: expected a number, or one with `%`"))?;
    Ok((*kind, limit))
}
