//! The arguments of `stepwright explore`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use stepwright_asl::words::quoted;
use stepwright_explore::{Rule, parse_duration};

use super::{MachineType, percent, substitution};

pub(super) const EXAMPLES: &str = "Examples:
  stepwright explore orders.asl.json
  stepwright explore template.yaml#Orders --properties orders.properties.yaml
  stepwright explore orders.asl.yaml --faults 1 --within 15m
  stepwright explore orders.asl.json --time-limit 30s             stops, and prints what was covered
  stepwright explore orders.asl.json --allow state-not-reached --format json
  stepwright explore orders.asl.json --undeclared-errors         each error that no handler catches is a finding
  stepwright explore orders.asl.json --fail-under 100            each state, transition, retrier and catcher is on a path
  stepwright explore orders.asl.json --picture path.svg           the first counterexample as a diagram
  stepwright explore orders.asl.json --write-test tests/refund.rs           a test for cargo
  stepwright explore orders.asl.json --write-test refund.json     a mock file; `run --mocks refund.json --case counterexample` runs it
  stepwright explore orders.asl.json --write-history path.json
  stepwright explore orders.asl.json --substitute Limit=100       the value of the placeholder `${Limit}`
  stepwright explore orders.asl.json --with payments=payments.asl.json      an execution of `payments` is a part of the path
  stepwright report orders.asl.json --history path.json --output path.html

A property file has inputs, results and errors of tasks, and properties:
  tasks: { charge: { errors: [CardDeclined], effect: true } }
  compensates: [{ undo: refund, of: charge }]
  properties:
    - name: a charge is shipped or refunded
      any:
        - leads_to: [{ succeeded: charge }, { succeeded: ship }]
        - leads_to: [{ succeeded: charge }, { called: refund }]

The search follows all paths with up to --faults outcomes other than success, and combines values at the boundaries of the conditions. Calls take no time; waits, retries and timeouts do.
It stops at the time limit, after a million points, or when it would use more than 256 MiB, and prints what it covered and why it stopped. The status is then that of the findings so far.
Without a property file it checks the rules path-does-not-end, state-not-reached, value-absent, no-choice-matches and token-without-timeout; path-too-long needs a time, hidden-evaluation-error given values,
error-not-handled and branch-not-undone need what a property file declares about tasks, and so does effect-repeated except for services with idempotency tokens.
Exit status: 0 nothing found; 1 a finding, less reached than --fail-under, or the definition has errors; 2 wrong usage, an invalid property file, or a file that cannot be read or written.";

#[derive(Debug, Args)]
pub(crate) struct ExploreArguments {
    /// The definition in JSON or YAML, or a template with the name of the state machine; `-` is
    /// standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A file with properties, in YAML or JSON; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) properties: Vec<PathBuf>,
    /// The most faults of one path: outcomes of calls other than success. 2 unless the property
    /// file contains it
    #[arg(long, value_name = "N")]
    pub(crate) faults: Option<u32>,
    /// How often the outcomes of a state are combined again when a loop returns to it. 1 unless the
    /// property file contains it
    #[arg(long, value_name = "N")]
    pub(crate) loops: Option<u32>,
    /// The definition of a state machine that this one starts: its name, or that of the placeholder
    /// of its ARN; may be given several times. State machines of the same template, and files of
    /// that name in the same folder, are found without it
    #[arg(long, value_name = "NAME=FILE", value_parser = named_file)]
    pub(crate) with: Vec<(String, PathBuf)>,
    /// The value of the placeholder `${NAME}` of the definition; without it, a number or a flag
    /// that a placeholder contains is left out, and a text remains as it is
    #[arg(long = "substitute", value_name = "NAME=VALUE", value_parser = substitution)]
    pub(crate) substitutions: Vec<(String, String)>,
    /// The time within which each path ends, such as `90s`, `5m` or `2h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) within: Option<Duration>,
    /// The time after which the search stops, with its preparation, such as `30s`. Five minutes by
    /// default
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time_limit: Option<Duration>,
    /// Each task also fails with errors that only handlers name, and with one that nothing names;
    /// `error-not-handled` reports each error that ends the execution
    #[arg(long)]
    pub(crate) undeclared_errors: bool,
    /// Exit with status 1 if the paths reach less than this percentage of the states, transitions,
    /// retriers and catchers
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) fail_under: Option<f64>,
    /// The type of the state machine
    #[arg(
        long = "type",
        value_name = "TYPE",
        value_enum,
        ignore_case = true,
        default_value = "STANDARD"
    )]
    pub(crate) machine_type: MachineType,
    /// Switches rules off, separated by commas; may be given several times
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    pub(crate) allow: Vec<Rule>,
    /// Writes the first counterexample as a test: a `.rs` file for cargo, a `.json` file with mocks
    #[arg(long, value_name = "FILE")]
    pub(crate) write_test: Option<PathBuf>,
    /// Writes the first counterexample as the response of GetExecutionHistory
    #[arg(long, value_name = "FILE")]
    pub(crate) write_history: Option<PathBuf>,
    /// Draws the first counterexample; the extension selects the format: .svg, .html, .mmd, .dot
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,
    /// How the findings are printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ExploreFormat,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExploreFormat {
    /// Numbered steps
    Text,
    /// For programs: one object
    Json,
}

fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err("give a name and a file, as in `payments=payments.asl.json`".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "give a time, as in `90s`, `5m`, `2h` or `1d`".to_owned())
}

pub(super) fn rule(text: &str) -> Result<Rule, String> {
    Rule::from_name(text)
        .ok_or_else(|| format!("there is no such rule; the rules are {}", quoted(Rule::ALL)))
}
