//! The error of a factory of servers.

/// The server of an account cannot be created or used, with the message for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct AccountError {
    /// The message.
    pub message: String,
}

impl AccountError {
    /// Creates an error with a message for the client.
    pub fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { message }
    }
}
