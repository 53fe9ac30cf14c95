//! The state in which a failure began, and the name of the error.

use smol_str::SmolStr;

/// Where the failure of a visit began: in the state itself, or in a state inside of a Map or
/// Parallel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailureOrigin {
    pub(crate) state: SmolStr,
    /// The error name, if the history has it. It does not have that of a Fail state.
    pub(crate) error: Option<String>,
}

impl FailureOrigin {
    pub(super) fn of(state: &SmolStr, error: Option<String>) -> Self {
        let state = state.clone();
        Self { state, error }
    }
}
