/// Why the service refuses to test a state: the exception's name and text as AWS gives them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.code(), self.message())]
#[non_exhaustive]
pub enum TestStateError {
    /// Something in the request does not fit the state, the mock or the limits.
    Validation(String),
    /// The definition is refused, as CreateStateMachine would refuse it.
    InvalidDefinition(String),
    /// The input is no JSON.
    InvalidExecutionInput(String),
    /// The role's ARN is none.
    InvalidArn(String),
}

impl TestStateError {
    /// The exception's name in the API: `ValidationException`, `InvalidDefinition`, ...
    pub fn code(&self) -> &'static str {
        match self {
            Self::Validation(_) => "ValidationException",
            Self::InvalidDefinition(_) => "InvalidDefinition",
            Self::InvalidExecutionInput(_) => "InvalidExecutionInput",
            Self::InvalidArn(_) => "InvalidArn",
        }
    }

    /// The exception's text.
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
