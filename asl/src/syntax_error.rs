//! What is wrong with a short text inside a definition.

/// A path, intrinsic function call or the like that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at offset {offset}")]
#[non_exhaustive]
pub struct SyntaxError {
    /// Where in the text, in bytes from 0.
    pub offset: usize,
    /// What is wrong, without the place.
    pub message: String,
}

impl SyntaxError {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            offset,
            message: message.into(),
        }
    }
}
