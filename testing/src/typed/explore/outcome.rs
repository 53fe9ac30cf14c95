use std::fmt;

pub use stepwright_explore::ANY_OTHER_ERROR;

/// The outcome of one call of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The state.
    pub state: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// An outcome of a call of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeds with the sample of this number, from 0.
    Success(usize),
    /// It fails with this error.
    Failure(String),
    /// The workflow that it starts fails with this error, which is `States.TaskFailed` for the
    /// state that waits.
    NestedFailure(String),
    /// It does not answer in time.
    Timeout,
    /// It is never answered.
    Silence,
}

impl Outcome {
    /// Returns whether it is not a success.
    pub(super) fn is_fault(&self) -> bool {
        !matches!(self, Self::Success(_))
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = &self.state;
        match &self.outcome {
            Outcome::Success(sample) => write!(f, "`{state}` gives sample {}", sample + 1),
            Outcome::Failure(error) => write!(f, "`{state}` fails with `{error}`"),
            Outcome::NestedFailure(error) => {
                write!(f, "the workflow of `{state}` fails with `{error}`")
            }
            Outcome::Timeout => write!(f, "`{state}` times out"),
            Outcome::Silence => write!(f, "`{state}` is never answered"),
        }
    }
}
