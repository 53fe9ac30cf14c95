use super::first_difference::FirstDifference;
use crate::testing::recorded::RecordedHistoryError;

/// Why [`replay`](fn@super::replay) did not find the definition to do what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// It does something else.
    #[error("{0}")]
    Differs(FirstDifference),
    /// A substitution is for no placeholder of the definition, or its field does not take it.
    #[error("{0}")]
    Substitution(String),
    /// It cannot run.
    #[error("the definition cannot run: {0}")]
    Definition(String),
    /// The history is of a kind that cannot be replayed.
    #[error("{0}")]
    Unusable(String),
}

impl From<RecordedHistoryError> for ReplayError {
    fn from(error: RecordedHistoryError) -> Self {
        Self::Unusable(error.to_string())
    }
}
