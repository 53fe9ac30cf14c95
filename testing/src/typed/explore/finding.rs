//! The findings of an exploration.

use std::fmt;

use stepwright_asl::errors;
use stepwright_asl::words::quoted;

use super::outcome::Decision;

/// An error that no catcher matches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UncaughtError {
    /// The state that fails.
    pub state: String,
    /// The error.
    pub error: String,
    /// Its cause in the first of the runs.
    pub cause: String,
    /// The outcomes of the tasks in the first of the runs, without their default success.
    pub when: Vec<Decision>,
    /// The number of runs with this finding.
    pub runs: usize,
}

/// A field that could not be evaluated, where a Retry, a Catch or a tolerance hides the failure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HiddenFailure {
    /// The nested workflow of the state, if it is not the explored one.
    pub workflow: Option<String>,
    /// The state.
    pub state: String,
    /// The error.
    pub error: String,
    /// Its cause in the first of the runs.
    pub cause: String,
    /// The outcomes of the tasks in the first of the runs, without their default success.
    pub when: Vec<Decision>,
    /// The number of runs with this finding.
    pub runs: usize,
}

/// An execution that does not end by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StuckExecution {
    /// The states that it is in.
    pub states: Vec<String>,
    /// Whether it runs without end; otherwise it waits.
    pub is_endless: bool,
    /// The outcomes of the tasks in the first of the runs, without their default success.
    pub when: Vec<Decision>,
    /// The number of runs with this finding.
    pub runs: usize,
}

impl fmt::Display for UncaughtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}` is not caught", self.error, self.state)?;
        // The cause of an error that the exploration injected is not helpful.
        if errors::is_reserved(&self.error) && !self.cause.is_empty() && self.cause != "explored" {
            write!(f, " ({})", self.cause)?;
        }
        write_conditions(f, &self.when, self.runs)
    }
}

impl fmt::Display for HiddenFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}`", self.error, self.state)?;
        if let Some(workflow) = &self.workflow {
            write!(f, " in the workflow `{workflow}`")?;
        }
        write!(f, " is hidden by a Retry or Catch ({})", self.cause)?;
        write_conditions(f, &self.when, self.runs)
    }
}

impl fmt::Display for StuckExecution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_endless {
            "runs without end"
        } else {
            "waits until a limit ends it"
        };
        write!(f, "the execution {what} in {}", quoted(&self.states))?;
        write_conditions(f, &self.when, self.runs)
    }
}

fn write_conditions(f: &mut fmt::Formatter<'_>, when: &[Decision], runs: usize) -> fmt::Result {
    for (number, decision) in when.iter().enumerate() {
        let joint = if number == 0 { ", when" } else { " and" };
        write!(f, "{joint} {decision}")?;
    }
    let word = if runs == 1 { "run" } else { "runs" };
    write!(f, " ({runs} {word})")
}
