//! Connections to the file of a store, and their settings.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::store_path::StorePath;
use crate::store::StoreError;

/// How long a connection waits for another program's lock. An engine's own readers and its writer
/// do not wait for each other.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens a connection with the settings of the writer and of readers.
pub(super) fn connect(place: &StorePath, flags: OpenFlags) -> Result<Connection, StoreError> {
    let cannot_open = |error| place.error("open the file", error);
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&place.path, flags).map_err(cannot_open)?;
    connection.busy_timeout(PATIENCE).map_err(cannot_open)?;
    // By default, closing the last connection removes the log, also if the store was not closed
    // cleanly.
    allow_log_removal(&connection, false).map_err(cannot_open)?;
    connection.set_prepared_statement_cache_capacity(32);
    set_defenses(&connection).map_err(cannot_open)?;
    Ok(connection)
}

/// Takes the lock for writing and releases it, without a wait for another program.
pub(super) fn try_lock(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(Duration::ZERO)?;
    let locked = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
    connection.busy_timeout(PATIENCE)?;
    locked
}

/// Enables the protections against a damaged or malicious file.
pub(crate) fn set_defenses(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)
}

/// Sets whether the last connection copies and removes the log when it is closed.
pub(super) fn allow_log_removal(
    connection: &Connection,
    is_allowed: bool,
) -> Result<(), rusqlite::Error> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !is_allowed)
        .map(drop)
}

/// Syncs the log at each commit, on macOS with a full sync of the disk, and syncs the file before
/// the log restarts.
pub(super) fn sync_fully(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)
}
