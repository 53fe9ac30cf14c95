//! A store in one SQLite file.

mod backup;
mod check;
mod checkpoints;
mod compact;
mod connection;
mod continuity;
mod file_identity;
mod info;
mod integrity;
mod lifecycle;
mod list;
mod lock;
mod log_file;
mod options;
mod origins;
mod reader;
mod recover;
mod restore;
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

use rusqlite::Connection;

pub use self::compact::CompactReport;
pub use self::info::{OldestExecution, StatusCounts, StoreInfo, StoreSession, StoredMachineInfo};
pub use self::options::SqliteOptions;
pub use self::reader::SqliteReader;
pub use self::recover::Recovery;
pub use self::restore::RestoreReport;
pub use self::scan::{ScannedExecution, ScannedRecord};
pub use self::view::SqliteView;

use self::checkpoints::{Checkpoints, LogRestart};
use self::file_identity::FileIdentity;
use self::lock::Lock;
use self::store_path::StorePath;
use self::write::RowIds;
use super::{Change, Store, StoreError, StoreReader};
use crate::statistics::StoreSize;

/// A store in a file: SQLite with a write-ahead log. A commit is durable when the log is synced to the disk.
///
/// Next to the file `orders.db` are `orders.db-wal` and `orders.db-shm`, which belong to it, and `orders.db.lock`, which excludes a
/// second engine. The operating system releases that lock when the process ends, also after a crash. Dropping the store copies the log
/// to the file and removes the log. A [backup](SqliteReader::backup) copies the store while an engine writes to it. A plain copy of the file
/// is not consistent, and is rejected. The file must be on a local disk: SQLite's log does not work over a network.
///
/// ```
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
    ids: RowIds,
    files: FileIdentity,
    /// Whether the session was written to the log since the last check.
    has_session: bool,
    place: StorePath,
    _lock: Lock,
}

impl SqliteStore {
    /// Returns the path of the file, with all symbolic links resolved.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Writes the session to the log.
    fn advance(&self) -> Result<(), StoreError> {
        write::transact(&self.connection, &self.place, || {
            session::advance_with_header(&self.connection)
                .map_err(|error| self.place.error("write the session", error))
        })
    }
}

impl Drop for SqliteStore {
    /// Closes the store: copies the log to the file and removes the log.
    fn drop(&mut self) {
        // The thread has a connection, which must be closed before this one.
        self.checkpoints = Checkpoints::default();
        let closed = self
            .files
            .check(&self.place)
            .and_then(|()| lifecycle::end(&self.connection, &self.place, &mut |_| {}));
        if let Err(error) = closed {
            tracing::warn!(
                "the store was not closed cleanly; its log stays, and the next engine needs it: {error}"
            );
        }
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let log_restart = self.checkpoints.log_restart();
        let (connection, place) = (&self.connection, &self.place);
        write::commit(connection, place, &mut self.ids, log_restart, changes)?;
        // A commit to a deleted file is lost.
        self.files.check_commit(place)?;
        self.checkpoints.committed(connection, place);
        self.has_session |= log_restart != LogRestart::Impossible;
        Ok(())
    }

    fn check(&mut self) -> Result<(), StoreError> {
        self.files.check(&self.place)?;
        // Another program may have copied the log; then a transaction without the session has restarted it.
        let has_session = std::mem::take(&mut self.has_session);
        if self.files.log_restarted() && !has_session {
            return self.advance();
        }
        Ok(())
    }

    fn probe(&mut self) -> Result<(), StoreError> {
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
