//! The ends of executions, as recorded and as rehearsed.

use stepwright_history::runtime_support::RecordedEvent;
use stepwright_interpreter::execution::Outcome;
use stepwright_interpreter::history::{EventKind, FULL_HISTORY};

/// The end of an execution.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum RecordedEnd {
    Succeeded,
    Failed(String),
    TimedOut,
    /// It reached the limit of events.
    Full,
    /// It was stopped, or it runs.
    Open,
}

impl RecordedEnd {
    pub(super) fn of(events: &[RecordedEvent]) -> Self {
        let Some(last) = events.last() else {
            return Self::Open;
        };
        let text = |field: &str| last.details[field].as_str();
        match last.kind.known() {
            Some(EventKind::ExecutionSucceeded) => Self::Succeeded,
            Some(EventKind::ExecutionFailed) => Self::failed(text("error"), text("cause")),
            Some(EventKind::ExecutionTimedOut) => Self::TimedOut,
            _ => Self::Open,
        }
    }

    /// The end of a rehearsal.
    pub(super) fn of_run(outcome: Option<&Outcome>) -> Self {
        match outcome {
            Some(Outcome::Succeeded(_)) => Self::Succeeded,
            Some(Outcome::Failed(failure)) => {
                Self::failed(failure.error.as_deref(), failure.cause.as_deref())
            }
            Some(Outcome::TimedOut) => Self::TimedOut,
            Some(Outcome::Aborted(_)) | None => Self::Open,
        }
    }

    fn failed(error: Option<&str>, cause: Option<&str>) -> Self {
        if cause.is_some_and(|cause| cause.starts_with(FULL_HISTORY)) {
            Self::Full
        } else {
            Self::Failed(error.unwrap_or("no error name").to_owned())
        }
    }

    /// Whether the execution had not ended by its definition: what would have followed is not
    /// known.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Full | Self::Open)
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Succeeded => "succeeded".to_owned(),
            Self::Failed(error) => format!("failed with {error}"),
            Self::TimedOut => "timed out".to_owned(),
            Self::Full => "reached the limit of events".to_owned(),
            Self::Open => "did not end".to_owned(),
        }
    }
}
