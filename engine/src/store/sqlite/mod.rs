//! A store in one SQLite file.
//!
//! Before SQLite reads the file and its log, `continuity.rs` decides from their bytes whether they
//! belong to one session (`session.rs`). `log_damage.rs` decides whether the log has all
//! acknowledged commits: it compares the log with the mark (`log_mark.rs`) in the file of the lock,
//! and looks for transactions after a frame that is not valid. `log_watch.rs` does the same after
//! each commit and before each checkpoint, and writes the mark.
//!
//! The cost of a commit is the number of pages that it changes, because SQLite copies each one
//! completely to the log:
//!
//! - The row of an execution has a short first record, and numbers for its machine and version
//!   (`version_ids.rs`). Later records of all executions are stored in the order of arrival.
//! - A start writes an index only if queries need it.
//! - No statement may require a statement journal, SQLite's copy of pages to undo one statement.

mod backup;
mod connection;
mod continuity;
mod file_identity;
mod info;
mod lifecycle;
mod list;
mod log;
mod maintenance;
mod options;
mod origins;
mod reader;
mod reader_connection;
mod row;
mod scan;
mod schema;
mod session;
mod store_path;
#[cfg(test)]
mod tests;
mod version_ids;
mod view;
mod write;

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

pub use self::info::{StoreInfo, StoreSession};
pub use self::maintenance::compact::CompactReport;
pub use self::maintenance::recover::Recovery;
pub use self::maintenance::restore::RestoreReport;
pub use self::options::SqliteOptions;
pub use self::reader::SqliteReader;
pub use self::view::SqliteView;

pub(crate) use self::connection::set_defenses;
use self::file_identity::FileIdentity;
use self::log::checkpoints::{Checkpoints, LogRestart};
use self::log::lock::Lock;
use self::log::log_file;
use self::log::log_watch::LogWatch;
use self::store_path::StorePath;
use self::write::RowIds;
use super::{Change, Store, StoreError, StoreReader};
use crate::statistics::StoreSize;

/// A store in a file: SQLite with a write-ahead log. A commit is durable when the log is synced to
/// the disk.
///
/// Next to the file `orders.db` are `orders.db-wal` and `orders.db-shm`, which belong to it, and
/// `orders.db.lock`, which excludes a second engine and records how far the log is durable. The
/// operating system releases that lock when the process ends, also after a crash. On Unix, only the
/// owner can read the files of a new store. Dropping the store copies the log to the file and
/// removes the log. A [backup](SqliteReader::backup) copies the store while an engine writes to it.
/// A plain copy of the file is not consistent, and is rejected. The file must be on a local disk:
/// SQLite's log does not work over a network.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::store::{SqliteReader, SqliteStore, Store};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("orders.db");
/// let mut store = SqliteStore::open(&path)?;
/// store.commit(&[])?;
///
/// // Another process may read while the engine writes.
/// let reader = SqliteReader::open(&path)?;
/// reader.backup(folder.path().join("backup.db"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    // The connections are closed before the lock is released.
    checkpoints: Checkpoints,
    connection: Connection,
    /// Whether `connection` was closed to release its locks, and could not be opened again.
    is_disconnected: bool,
    options: SqliteOptions,
    ids: RowIds,
    files: FileIdentity,
    log: LogWatch,
    /// Whether another program has restarted the log, so that it does not begin with the session.
    needs_session: bool,
    /// The damage of the log. Nothing is written after it was found.
    damage: Option<StoreError>,
    place: StorePath,
    lock: Lock,
}

impl SqliteStore {
    /// Returns the path of the file, with all symbolic links resolved.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Writes the session to the log.
    fn advance(&mut self) -> Result<(), StoreError> {
        self.transact(LogRestart::Expected, &[])
    }

    /// Commits changes, and checks that they are durable.
    fn transact(&mut self, log_restart: LogRestart, changes: &[Change]) -> Result<(), StoreError> {
        let is_usable = !self.is_disconnected && !self.checkpoints.is_blocked();
        let outcome = is_usable.then(|| self.transact_unchecked(log_restart, changes));
        let outcome = match outcome {
            None | Some(Err(StoreError::InUse { .. })) => self
                .reconnect()
                .and_then(|()| self.transact_unchecked(self.checkpoints.log_restart(), changes)),
            Some(outcome) => outcome,
        };
        self.remember_damage(outcome)
    }

    /// Closes all connections of this process to the file, and opens this one again: if the
    /// operating system failed to release a lock, SQLite counts it as taken until then.
    fn reconnect(&mut self) -> Result<(), StoreError> {
        // The thread has a connection.
        self.checkpoints = Checkpoints::default();
        let closed = Connection::open_in_memory();
        let closed = closed.map_err(|error| self.place.error("close the file", error))?;
        self.is_disconnected = true;
        self.connection = closed;
        reader_connection::with_closed(&self.place, |are_all_closed| {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
            self.connection = connection::connect(&self.place, flags)?;
            self.options.configure(&self.connection, &self.place)?;
            self.is_disconnected = false;
            if let Err(error) = connection::try_lock(&self.connection) {
                return Err(match self.place.error("lock the file", error) {
                    StoreError::InUse { .. } if !are_all_closed => self.place.in_use(
                        "readers of this process are busy, and SQLite can release its lock only after them",
                    ),
                    error => error,
                });
            }
            tracing::warn!(
                "the store `{}` was opened again, because SQLite waited for a lock in vain",
                self.place.path.display()
            );
            Ok(())
        })
    }

    fn transact_unchecked(
        &mut self,
        log_restart: LogRestart,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let (connection, place) = (&self.connection, &self.place);
        if let Err(error) = self.log.check_lengths(connection, place) {
            // Another file may be at the path.
            return self.files.check(place).and(Err(error));
        }
        write::commit(connection, place, &mut self.ids, log_restart, changes)?;
        // A commit to a deleted file is lost.
        self.files.check(place)?;
        if self.log.committed(connection, place, &self.lock)? {
            self.needs_session = log_restart == LogRestart::Impossible;
        }
        if self.checkpoints.committed(connection, place)? {
            self.log.checkpointed(place);
        }
        Ok(())
    }

    /// Checks the files of an idle store.
    fn check_files(&mut self) -> Result<(), StoreError> {
        self.check_undamaged()?;
        self.files.check(&self.place)?;
        let checked = (self.log).check(&self.connection, &self.place, &self.lock);
        self.remember_damage(checked)
    }

    fn check_undamaged(&self) -> Result<(), StoreError> {
        self.damage.clone().map_or(Ok(()), Err)
    }

    fn remember_damage(&mut self, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
        if let Err(error @ StoreError::Corrupt { .. }) = &outcome {
            self.damage = Some(error.clone());
        }
        outcome
    }

    /// Copies the log to the file and removes the log.
    fn close(&mut self) -> Result<(), StoreError> {
        // The thread has a connection, which must be closed before this one.
        self.checkpoints = Checkpoints::default();
        if self.is_disconnected {
            self.reconnect()?;
        }
        self.check_files()?;
        // A damaged log is not copied.
        self.log.verify(&self.connection, &self.place)?;
        lifecycle::end(&self.connection, &self.place, &mut |_| {})
    }
}

impl Drop for SqliteStore {
    /// Closes the store: copies the log to the file and removes the log.
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::warn!(
                "the store was not closed cleanly; its log stays, and the next engine needs it: {error}"
            );
        }
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.check_undamaged()?;
        self.transact(self.checkpoints.log_restart(), changes)
    }

    fn check(&mut self) -> Result<(), StoreError> {
        self.check_files()?;
        // Another program may have copied the log; then a transaction without the session has
        // restarted it.
        if self.needs_session {
            self.advance()
        } else {
            Ok(())
        }
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        self.check_undamaged()?;
        self.advance()?;
        self.files.check(&self.place)
    }

    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        let read = || -> Result<Vec<usize>, rusqlite::Error> {
            // One transaction: each one locks the file for reading.
            let transaction = self.connection.unchecked_transaction()?;
            let mut query = transaction.prepare_cached("SELECT 1 FROM executions WHERE arn = ?")?;
            let mut existing = Vec::new();
            for (at, arn) in arns.iter().enumerate() {
                if query.exists([arn])? {
                    existing.push(at);
                }
            }
            drop(query);
            transaction.finish()?;
            Ok(existing)
        };
        read().map_err(|error| self.place.error("read", error))
    }

    fn size(&mut self) -> Option<StoreSize> {
        let bytes = |path: &Path| Some(std::fs::metadata(path).ok()?.len());
        let path = &self.place.path;
        // A log that does not exist is empty.
        let log = bytes(&log_file::path_of(path)).unwrap_or_default();
        Some(StoreSize::new(bytes(path)?, log))
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(SqliteReader::open(&self.place.path)?))
    }
}
