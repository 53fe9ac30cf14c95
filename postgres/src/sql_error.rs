//! The errors of PostgreSQL, as errors of a store.

use std::path::Path;

use stepwright_engine::store::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::options::with_causes;

/// Whether the statement met a rule of its table: a key that exists, or a value that is missing.
pub(crate) fn is_constraint(error: &Error) -> bool {
    error
        .code()
        .is_some_and(|code| code.code().starts_with("23"))
}

/// Whether nothing is known about what the server did: it may have committed. The connection is
/// not used again.
pub(crate) fn is_disconnect(error: &Error) -> bool {
    let Some(code) = error.code() else {
        // The client has no answer of the server, or cannot read it.
        return true;
    };
    // Lost connections, and servers that shut down or begin.
    let code = code.code();
    code.starts_with("08") || code.starts_with("57P")
}

/// Whether a server or a pooler refuses a connection for another reason than that it starts or
/// ends.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error
        .code()
        .is_some_and(|code| !code.code().starts_with("57P"))
}

/// Whether the server accepts no connections yet.
pub(crate) fn is_starting(error: &Error) -> bool {
    error.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
}

/// Whether the server accepts no changes, as a former primary after a failover.
pub(crate) fn is_read_only(error: &Error) -> bool {
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// Whether a notice warns that COMMIT succeeded although its synchronous replica may lack the
/// commit, because the wait for it was cancelled. The name of the function is never translated.
pub(crate) fn is_unreplicated(notice: &DbError) -> bool {
    notice.routine() == Some("SyncRepWaitForLSN")
        || notice.message().contains("synchronous replication")
}

/// The error of an operation, such as `commit changes`.
pub(crate) fn store_error(store: &Path, doing: &str, error: &Error) -> StoreError {
    let path = || Some(store.to_path_buf());
    let why = with_causes(error);
    match error.code() {
        Some(&SqlState::DISK_FULL) => StoreError::Full { path: path(), why },
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => {
            StoreError::Corrupt { path: path(), why }
        }
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME) => StoreError::Replaced {
            path: store.to_path_buf(),
            why,
        },
        _ => StoreError::Io {
            path: path(),
            doing: doing.to_owned(),
            why,
        },
    }
}
