//! The arguments of `stepwright estimate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use stepwright_explore::parse_duration;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright estimate orders.asl.json
  stepwright estimate orders.asl.json --executions 250000 --region eu-west-1
  stepwright estimate poll.asl.yaml --rounds 'Ask=20' --probability 'Ready?=Pause:0.8'
  stepwright estimate etl.asl.json --items 'Each=100..5000' --input-size 20000 --task-duration 1.5
  stepwright estimate loan.asl.json --wait Review=2d --wait Cool=90s
  stepwright run orders.asl.json --input @order.json --history history.json
  stepwright estimate orders.asl.json --history history.json --format json

Best is the shortest path to a success, worst the longest path to any end, with all retries. Typical uses the given probabilities, else the recorded executions;
without both, all rules of a Choice are equally likely and nothing fails. The typical duration is unknown where a state waits for a person, unless `--wait` gives a time. An unbounded loop or Map has no worst case.
Exit status: 0 estimated; 1 the definition has errors; 2 wrong usage, an invalid history, or a file that cannot be read.";

#[derive(Debug, Args)]
pub(crate) struct EstimateArguments {
    /// The definition in JSON or YAML; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The history of a recorded execution, from `run --history` or GetExecutionHistory; may be
    /// given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Vec<PathBuf>,
    /// The maximum number of rounds: of all loops, or of the loops with a state; may be given
    /// several times
    #[arg(long, value_name = "[STATE=]N", value_parser = rounds)]
    pub(crate) rounds: Vec<(Option<String>, u64)>,
    /// The number of items, or its minimum and maximum: of all Maps, or of one; may be given
    /// several times
    #[arg(long, value_name = "[STATE=]N[..M]", value_parser = items)]
    pub(crate) items: Vec<(Option<String>, (u64, u64))>,
    /// The probability, from 0 to 1, of the transition from a state to another; may be given
    /// several times
    #[arg(long, value_name = "STATE=TARGET:P", value_parser = probability)]
    pub(crate) probability: Vec<(String, String, f64)>,
    /// Bytes of the input
    #[arg(long, default_value_t = 1024, value_name = "BYTES")]
    pub(crate) input_size: u64,
    /// Bytes of a task's result
    #[arg(long, default_value_t = 1024, value_name = "BYTES")]
    pub(crate) result_size: u64,
    /// Seconds that a task typically takes
    #[arg(long, default_value_t = 0.2, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) task_duration: f64,
    /// The time that a state typically waits: for a task token, for the worker of an activity, or
    /// until a computed time; may be given several times
    #[arg(long, value_name = "STATE=TIME", value_parser = wait)]
    pub(crate) wait: Vec<(String, f64)>,
    /// Executions per month
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    pub(crate) executions: u64,
    /// The region of the prices
    #[arg(long, default_value = "us-east-1", value_name = "REGION")]
    pub(crate) region: String,
    /// How the estimate is printed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: EstimateFormat,
}

/// How an estimate is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EstimateFormat {
    /// A table
    Text,
    /// For programs: one object, in which unbounded amounts are null
    Json,
}

/// Splits the text at the last equals sign, because a state's name may contain one.
fn of_state(text: &str) -> (Option<String>, &str) {
    match text.rsplit_once('=') {
        Some((state, rest)) => (Some(state.to_owned()), rest),
        None => (None, text),
    }
}

fn rounds(text: &str) -> Result<(Option<String>, u64), String> {
    let (state, count) = of_state(text);
    let count = count.parse();
    let count = count.map_err(|_| "give a number, as in `20` or `Ask=20`".to_owned())?;
    Ok((state, count))
}

fn items(text: &str) -> Result<(Option<String>, (u64, u64)), String> {
    let wrong = || "give a number or a range, as in `50`, `0..50` or `Each=10..50`".to_owned();
    let (state, count) = of_state(text);
    let (least, most) = count.split_once("..").unwrap_or((count, count));
    let (least, most) = (
        least.parse().map_err(|_| wrong())?,
        most.parse().map_err(|_| wrong())?,
    );
    if least > most {
        return Err(wrong());
    }
    Ok((state, (least, most)))
}

fn probability(text: &str) -> Result<(String, String, f64), String> {
    let wrong = || "give two states and a number from 0 to 1, as in `Ready?=Pause:0.8`".to_owned();
    let (names, number) = text.rsplit_once(':').ok_or_else(wrong)?;
    let (state, target) = names.split_once('=').ok_or_else(wrong)?;
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    if !(0.0..=1.0).contains(&number) {
        return Err(wrong());
    }
    Ok((state.to_owned(), target.to_owned(), number))
}

/// Reads a state and a time, as in `Review=2d`; the units are seconds, minutes, hours and days.
fn wait(text: &str) -> Result<(String, f64), String> {
    let wrong =
        || "give a state and a time, as in `Review=2d`; the units are s, m, h and d".to_owned();
    let (state, time) = text.rsplit_once('=').ok_or_else(wrong)?;
    let time = parse_duration(time).ok_or_else(wrong)?;
    Ok((state.to_owned(), time.as_secs_f64()))
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok();
    let seconds = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    seconds.ok_or_else(|| "give seconds, as in `0.5`".to_owned())
}
