//! A store in one file of SQLite.

mod backup;
mod checkpoints;
mod error;
mod lock;
mod options;
mod reader;
mod row;
mod schema;
mod versions;
mod write;

use std::path::Path;

use rusqlite::Connection;

pub use self::options::SqliteOptions;
pub use self::reader::SqliteReader;

use self::checkpoints::Checkpoints;
use self::error::Place;
use self::lock::Lock;
use self::versions::Versions;
use super::{Change, Store, StoreError, StoreReader};

/// A store in a file: SQLite with a write-ahead log. A commit is durable when the log is synced to the disk.
///
/// Beside the file `orders.db` lie `orders.db-wal` and `orders.db-shm`, which belong to it, and `orders.db.lock`, by which a second
/// engine is refused. The operating system gives up that lock when the process ends, however it ends. A
/// [backup](SqliteReader::backup) copies the store while an engine writes to it; copying the file alone does not. The file must
/// lie on a disk of this machine: SQLite's log does not work over a network.
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
    // The connections are closed before the lock is given up.
    checkpoints: Checkpoints,
    connection: Connection,
    versions: Versions,
    place: Place,
    _lock: Lock,
}

impl SqliteStore {
    /// Opens a store, or creates it. One that an older version of this library wrote is migrated.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`], [`StoreError::ReadOnly`], [`StoreError::NotAStore`], [`StoreError::NewerVersion`],
    /// [`StoreError::Corrupt`], [`StoreError::Full`], [`StoreError::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::options().open(path)
    }

    /// What may be set before a store is opened.
    pub fn options() -> SqliteOptions {
        SqliteOptions::default()
    }

    /// The file, with all symbolic links resolved.
    pub fn path(&self) -> &Path {
        &self.place.path
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        write::commit(&self.connection, &self.place, &mut self.versions, changes)?;
        self.checkpoints.committed(&self.connection, &self.place);
        Ok(())
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(SqliteReader::open(&self.place.path)?))
    }
}
