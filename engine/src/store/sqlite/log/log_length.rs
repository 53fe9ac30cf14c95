//! SQLite's checkpoints, and its index of the log.

use rusqlite::{Connection, Error};

/// The length of the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogLength {
    /// Whether a reader or another checkpoint stopped this one.
    pub(crate) is_blocked: bool,
    pub(crate) pages: i64,
    /// The number of copied pages.
    pub(crate) copied: i64,
}

/// Returns the number of committed frames of the log.
pub(super) fn log_pages(connection: &Connection) -> Result<i64, Error> {
    Ok(ask(connection, "PRAGMA wal_checkpoint(NOOP)")?.pages)
}

/// Copies the pages of the log that no reader needs there. It waits for no reader.
pub(super) fn copy_unneeded(connection: &Connection) -> Result<LogLength, Error> {
    ask(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

/// Copies the whole log to the file and syncs the file. Waits for readers, up to the busy timeout.
/// Returns whether nothing is left.
pub(crate) fn copy_all(connection: &Connection) -> Result<bool, Error> {
    Ok(!ask(connection, "PRAGMA wal_checkpoint(FULL)")?.is_blocked)
}

/// Copies the whole log to the file, syncs the file, and empties the log. Waits for readers, up to
/// the busy timeout. Returns whether the log is empty.
pub(crate) fn empty_log(connection: &Connection) -> Result<bool, Error> {
    Ok(!ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)")?.is_blocked)
}

fn ask(connection: &Connection, pragma: &str) -> Result<LogLength, Error> {
    let mut pragma = connection.prepare_cached(pragma)?;
    pragma.query_row([], |row| {
        Ok(LogLength {
            is_blocked: row.get(0)?,
            pages: row.get(1)?,
            copied: row.get(2)?,
        })
    })
}
