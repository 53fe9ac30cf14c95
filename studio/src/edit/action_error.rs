//! Why an action is refused.

use stepwright_asl::edit::EditError;
use stepwright_editor::OperationError;

/// The reason why an action cannot be performed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ActionError(String);

impl ActionError {
    pub(crate) fn new(reason: impl Into<String>) -> ActionError {
        ActionError(reason.into())
    }
}

impl From<OperationError> for ActionError {
    fn from(error: OperationError) -> ActionError {
        ActionError(error.to_string())
    }
}

impl From<EditError> for ActionError {
    fn from(error: EditError) -> ActionError {
        ActionError(error.to_string())
    }
}
