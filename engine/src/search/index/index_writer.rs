//! The SQL statements that read and change the entries of the index.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::index_state::IndexProgress;
use crate::clock::Timestamp;
use crate::derived_file::DerivedError;
use crate::search::execution_search::IndexedExecution;
use crate::store::StoredExecution;

/// What the index stores of an execution, without its texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IndexEntry {
    arn: String,
    started: i64,
    stopped: Option<i64>,
}

impl IndexEntry {
    fn of(row: &StoredExecution) -> Self {
        Self {
            arn: row.arn.to_string(),
            started: row.started.unix_micros(),
            stopped: row.stopped.map(|stopped| stopped.unix_micros()),
        }
    }

    /// Whether the texts of the entry are those of the execution. An execution has other texts
    /// after it ended, and after it was redriven; and a restored backup can have another execution
    /// with the same key.
    pub(super) fn is_of(&self, row: &StoredExecution) -> bool {
        *self == Self::of(row)
    }
}

/// Returns whether the texts of the file have these masks. A new file has no texts, and gets the
/// masks.
pub(super) fn has_masks(connection: &Connection, masks: &str) -> Result<bool, DerivedError> {
    let query = "SELECT redaction FROM masks";
    let found: Option<String> = connection
        .query_row(query, [], |row| row.get(0))
        .optional()?;
    if let Some(found) = found {
        return Ok(found == masks);
    }
    connection.execute("INSERT INTO masks (redaction) VALUES (?)", [masks])?;
    Ok(true)
}

/// Returns the entries with keys after `after`, up to `to`.
pub(super) fn entries(
    connection: &Connection,
    after: i64,
    to: i64,
) -> Result<HashMap<i64, IndexEntry>, DerivedError> {
    let query = "SELECT key, arn, started, stopped FROM entries WHERE key > ? AND key <= ?";
    let mut statement = connection.prepare_cached(query)?;
    let entries = statement.query_map([after, to], |row| {
        let entry = IndexEntry {
            arn: row.get(1)?,
            started: row.get(2)?,
            stopped: row.get(3)?,
        };
        Ok((row.get(0)?, entry))
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// Returns the keys of the executions that were running when they were indexed.
pub(super) fn open_keys(connection: &Connection) -> Result<Vec<i64>, DerivedError> {
    let query = "SELECT key FROM entries INDEXED BY entries_open WHERE stopped IS NULL";
    let mut statement = connection.prepare_cached(query)?;
    let keys = statement.query_map([], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Returns the largest key.
pub(super) fn last_key(connection: &Connection) -> Result<i64, DerivedError> {
    let query = "SELECT coalesce(max(key), 0) FROM entries";
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}

/// Adds an execution, or replaces its texts.
pub(super) fn write(
    transaction: &Transaction<'_>,
    row: &StoredExecution,
    [input, output, error, cause]: &[String; 4],
) -> Result<(), DerivedError> {
    let Ok(key) = i64::try_from(row.key) else {
        return Ok(());
    };
    remove(transaction, key)?;
    let IndexEntry {
        arn,
        started,
        stopped,
    } = IndexEntry::of(row);
    let query = "INSERT INTO entries (key, arn, started, stopped, input, output, error, cause)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let mut statement = transaction.prepare_cached(query)?;
    statement.execute((key, arn, started, stopped, input, output, error, cause))?;
    let query =
        "INSERT INTO entry_texts (rowid, input, output, error, cause) VALUES (?, ?, ?, ?, ?)";
    let mut statement = transaction.prepare_cached(query)?;
    statement.execute((key, input, output, error, cause))?;
    Ok(())
}

/// Removes an execution, if the index has it.
pub(super) fn remove(transaction: &Transaction<'_>, key: i64) -> Result<(), DerivedError> {
    let query = "INSERT INTO entry_texts (entry_texts, rowid, input, output, error, cause)
         SELECT 'delete', key, input, output, error, cause FROM entries WHERE key = ?";
    transaction.prepare_cached(query)?.execute([key])?;
    let query = "DELETE FROM entries WHERE key = ?";
    transaction.prepare_cached(query)?.execute([key])?;
    Ok(())
}

/// Sets the newest execution of the progress.
pub(super) fn note_progress(
    connection: &Connection,
    progress: &mut IndexProgress,
    is_newest: bool,
) -> Result<(), DerivedError> {
    let query = "SELECT arn, started FROM entries ORDER BY started DESC, key DESC LIMIT 1";
    let mut statement = connection.prepare_cached(query)?;
    let newest = statement.query_row([], |row| {
        Ok(IndexedExecution {
            id: row.get(0)?,
            started: Timestamp::from_unix_micros(row.get(1)?),
            is_newest,
        })
    });
    progress.indexed_to = newest.optional()?;
    Ok(())
}
