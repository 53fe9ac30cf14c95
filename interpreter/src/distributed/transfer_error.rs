//! The failure of a read or a write of objects.

/// A Map cannot read its items or write its results.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
#[non_exhaustive]
pub struct TransferError {
    /// The cause of the state's failure.
    pub cause: String,
}

impl TransferError {
    /// Creates an error with the cause of the state's failure.
    pub fn new(cause: impl Into<String>) -> Self {
        let cause = cause.into();
        Self { cause }
    }
}

impl From<String> for TransferError {
    fn from(cause: String) -> Self {
        Self { cause }
    }
}
