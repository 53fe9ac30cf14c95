//! Why data that is derived from a store cannot be used.

use super::StoreError;

/// Why data that is derived from a store, such as an index or logs, cannot be used. The engine
/// never needs it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DerivedError {
    /// It must be emptied.
    #[error("{0}")]
    Damaged(String),
    /// It cannot be read or written while the program runs.
    #[error("{0}")]
    Unusable(String),
    /// The store cannot be read or written now. Later, it may be again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(feature = "sqlite")]
impl From<rusqlite::Error> for DerivedError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(why),
            // The tables differ from those of this version, or a value has another type.
            Some(ErrorCode::Unknown) | None => Self::Damaged(why),
            Some(_) => Self::Unusable(why),
        }
    }
}
