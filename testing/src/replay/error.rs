//! The errors of a replay: a difference, or data that cannot be replayed.

use stepwright_history::RecordedHistoryError;

use super::first_difference::FirstDifference;

/// The error of a [`replay`](fn@super::replay).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The run differs from the recording.
    #[error("{0}")]
    Differs(FirstDifference),
    /// A substitution has no placeholder in the definition, or its field does not accept the value.
    #[error("{0}")]
    Substitution(String),
    /// The definition cannot run.
    #[error("the definition cannot run: {0}")]
    Definition(String),
    /// This kind of history cannot be replayed.
    #[error("{0}")]
    Unusable(String),
}

impl From<RecordedHistoryError> for ReplayError {
    fn from(error: RecordedHistoryError) -> Self {
        Self::Unusable(error.to_string())
    }
}
