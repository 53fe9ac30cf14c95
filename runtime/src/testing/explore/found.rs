use std::fmt;

use stepwright_asl::errors;

use crate::engine::{ExecutionReport, Status};
use crate::history::EventKind;
use crate::testing::coverage::Coverage;

/// What [`explore`](super::explore) found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exploration {
    /// How many combinations were run.
    pub runs: usize,
    /// Whether these were all; if not, a bound was reached.
    pub is_complete: bool,
    /// Errors that end the execution because nothing catches them; those of Fail states are meant and not here.
    pub uncaught: Vec<Uncaught>,
    /// Executions that nothing ends but a limit.
    pub stuck: Vec<Stuck>,
    /// What all the runs went through.
    pub coverage: Coverage,
}

/// An error that nothing catches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uncaught {
    /// The state that fails.
    pub state: String,
    /// The error.
    pub error: String,
    /// Its cause in the first of the runs.
    pub cause: String,
    /// What the tasks did in the first of the runs, where it was not their first success.
    pub when: Vec<Decision>,
    /// In how many runs.
    pub runs: usize,
}

/// An execution that does not end by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stuck {
    /// The states that it is in.
    pub states: Vec<String>,
    /// Whether it goes on and on; otherwise it waits.
    pub is_endless: bool,
    /// What the tasks did in the first of the runs, where it was not their first success.
    pub when: Vec<Decision>,
    /// In how many runs.
    pub runs: usize,
}

/// What one call of a task came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The state.
    pub state: String,
    /// What the task does.
    pub outcome: Outcome,
}

/// What a task may come to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeds with the sample of this number, from 0.
    Success(usize),
    /// It fails with this error.
    Failure(String),
    /// It does not answer in time.
    Timeout,
    /// Nobody ever answers it.
    Silence,
}

impl Exploration {
    /// The states, transitions, retriers and catchers that no combination reaches, a line each.
    pub fn never_reached(&self) -> Vec<String> {
        self.coverage.missing()
    }

    /// Whether every error is caught and every execution ends.
    pub fn is_clean(&self) -> bool {
        self.uncaught.is_empty() && self.stuck.is_empty()
    }

    /// Fails a test unless every error is caught and every execution ends.
    ///
    /// # Panics
    ///
    /// With all that was found, unless [`is_clean`](Self::is_clean).
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "{self}");
    }
}

impl Exploration {
    /// Puts a finished run where it belongs.
    pub(super) fn judge(&mut self, report: &ExecutionReport, when: Vec<Decision>, events: u32) {
        let is_endless = report.history.len() >= events as usize;
        if is_endless || report.status == Status::TimedOut {
            let states = open_states(report);
            let same =
                |found: &&mut Stuck| found.states == states && found.is_endless == is_endless;
            if let Some(known) = self.stuck.iter_mut().find(same) {
                known.runs += 1;
                return;
            }
            let runs = 1;
            self.stuck.push(Stuck {
                states,
                is_endless,
                when,
                runs,
            });
            return;
        }
        if report.status != Status::Failed {
            return;
        }
        let Some(state) = failing_state(report) else {
            return;
        };
        let error = report.error.clone().unwrap_or_default();
        let same = |found: &&mut Uncaught| found.state == state && found.error == error;
        if let Some(known) = self.uncaught.iter_mut().find(same) {
            known.runs += 1;
            return;
        }
        let cause = report.cause.clone().unwrap_or_default();
        let runs = 1;
        self.uncaught.push(Uncaught {
            state,
            error,
            cause,
            when,
            runs,
        });
    }
}

/// The state that failed, unless it is a Fail state.
fn failing_state(report: &ExecutionReport) -> Option<String> {
    let events: Vec<_> = report.history.events().collect();
    let last = events.iter().rev().find(|event| {
        let kind = event.kind().name();
        event.state_name().is_some()
            && !kind.starts_with("MapIteration")
            && !["MapStateFailed", "ParallelStateFailed"].contains(&kind)
            && !kind.ends_with("Aborted")
    })?;
    (last.kind() != EventKind::FailStateEntered)
        .then(|| last.state_name().unwrap_or_default().to_owned())
}

/// The states that were entered and not left.
fn open_states(report: &ExecutionReport) -> Vec<String> {
    let mut open: Vec<(Vec<String>, String)> = Vec::new();
    for event in report.history.events() {
        let Some(state) = event.state_name() else {
            continue;
        };
        let place = (event.scope(), state.to_owned());
        if event.kind().is_entered() {
            open.push(place);
        } else if event.kind().is_exited() || event.kind().name().ends_with("Aborted") {
            open.retain(|known| *known != place);
        }
    }
    let mut states: Vec<String> = Vec::new();
    for (_, state) in open {
        if !states.contains(&state) {
            states.push(state);
        }
    }
    states
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = &self.state;
        match &self.outcome {
            Outcome::Success(sample) => write!(f, "`{state}` gives sample {}", sample + 1),
            Outcome::Failure(error) => write!(f, "`{state}` fails with `{error}`"),
            Outcome::Timeout => write!(f, "`{state}` times out"),
            Outcome::Silence => write!(f, "nobody answers `{state}`"),
        }
    }
}

fn told(f: &mut fmt::Formatter<'_>, when: &[Decision], runs: usize) -> fmt::Result {
    for (number, decision) in when.iter().enumerate() {
        let joint = if number == 0 { ", when" } else { " and" };
        write!(f, "{joint} {decision}")?;
    }
    let word = if runs == 1 { "run" } else { "runs" };
    write!(f, " ({runs} {word})")
}

impl fmt::Display for Uncaught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}` is not caught", self.error, self.state)?;
        // What a task was made to fail with has no cause worth telling.
        if errors::is_reserved(&self.error) && !self.cause.is_empty() && self.cause != "explored" {
            write!(f, " ({})", self.cause)?;
        }
        told(f, &self.when, self.runs)
    }
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<String> = self
            .states
            .iter()
            .map(|state| format!("`{state}`"))
            .collect();
        let what = if self.is_endless {
            "runs on and on"
        } else {
            "waits until a limit ends it"
        };
        write!(f, "the execution {what} in {}", states.join(", "))?;
        told(f, &self.when, self.runs)
    }
}

/// For people: all that was found.
impl fmt::Display for Exploration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.runs == 1 {
            "combination"
        } else {
            "combinations"
        };
        write!(f, "{} {word}", self.runs)?;
        if !self.is_complete {
            f.write_str(", not all: a bound was reached")?;
        }
        let mut list = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                write!(f, "\n{title}:")?;
            }
            lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
        };
        list(
            "uncaught",
            self.uncaught.iter().map(Uncaught::to_string).collect(),
        )?;
        list("stuck", self.stuck.iter().map(Stuck::to_string).collect())?;
        list("never reached", self.never_reached())
    }
}
