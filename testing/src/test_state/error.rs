//! The errors of `TestState`, with the names and messages of AWS.

/// Why the service rejects a test: the exception's name and message of AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.code(), self.message())]
#[non_exhaustive]
pub enum TestStateError {
    /// A member of the request does not match the state, the mock or the limits.
    Validation(String),
    /// The definition is invalid; CreateStateMachine would reject it, too.
    InvalidDefinition(String),
    /// The input is not JSON.
    InvalidExecutionInput(String),
    /// The role's ARN is invalid.
    InvalidArn(String),
}

impl TestStateError {
    /// Returns the exception's name in the API: `ValidationException`, `InvalidDefinition`, ...
    pub fn code(&self) -> &'static str {
        match self {
            Self::Validation(_) => "ValidationException",
            Self::InvalidDefinition(_) => "InvalidDefinition",
            Self::InvalidExecutionInput(_) => "InvalidExecutionInput",
            Self::InvalidArn(_) => "InvalidArn",
        }
    }

    /// Returns the exception's message.
    pub fn message(&self) -> &str {
        match self {
            Self::Validation(text)
            | Self::InvalidDefinition(text)
            | Self::InvalidExecutionInput(text)
            | Self::InvalidArn(text) => text,
        }
    }

    pub(super) fn validation(text: impl Into<String>) -> Self {
        Self::Validation(text.into())
    }
}
