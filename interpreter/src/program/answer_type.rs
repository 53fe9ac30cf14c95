//! The interface that checks the answer to a task token against its type.

use std::fmt;

use serde_json::Value as Json;

/// The type that the answer to a task token must have. The front end that declared it implements
/// the trait.
pub trait AnswerType: fmt::Debug + Send + Sync {
    /// Returns the JSON Schema of the type.
    fn schema(&self) -> Json;

    /// Checks that an answer has the type.
    ///
    /// # Errors
    ///
    /// Returns the mismatch with the path of its field.
    fn check(&self, answer: Json) -> Result<(), AnswerError>;
}

/// An answer does not have its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct AnswerError {
    /// The mismatch, with the path of its field.
    pub message: String,
}

impl AnswerError {
    /// Creates an error.
    pub fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { message }
    }
}
