use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::checkpoints::Checkpoints;
use super::error::StorePath;
use super::file_identity::FileIdentity;
use super::lock::Lock;
use super::schema::{self, FileContent};
use super::write::RowIds;
use super::{SqliteStore, continuity, lifecycle};
use crate::store::StoreError;

/// The page size of new stores in bytes. Twice SQLite's default: a tenth faster for the records of executions.
const PAGE_SIZE: u32 = 8_192;

/// How long a connection waits for another program's lock. An engine's own readers and its writer do not wait for each other.
const PATIENCE: Duration = Duration::from_secs(5);

/// Options for opening a [`SqliteStore`].
///
/// ```
/// use stepwright_runtime::store::SqliteStore;
///
/// # let folder = tempfile::tempdir()?;
/// let store = SqliteStore::options().max_bytes(10 << 30).open(folder.path().join("orders.db"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SqliteOptions {
    max_bytes: Option<u64>,
}

impl SqliteOptions {
    /// Sets the maximum bytes of the file, without its write-ahead log; commits beyond it fail with [`StoreError::Full`]. A file that is
    /// larger does not shrink. By default the disk is the limit.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Opens a store, or creates it; see [`SqliteStore::open`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        let place = StorePath {
            path: resolve(path.as_ref())?,
        };
        let lock = Lock::take(&place.path)?;
        continuity::check(&place)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = connect(&place, flags)?;
        self.prepare(&connection, &place)?;
        Ok(SqliteStore {
            checkpoints: Checkpoints::default(),
            connection,
            ids: RowIds::default(),
            files: FileIdentity::new(&place)?,
            has_session: true,
            place,
            _lock: lock,
        })
    }

    fn prepare(&self, connection: &Connection, place: &StorePath) -> Result<(), StoreError> {
        let cannot_open = |error| place.error("open the file", error);
        let from = match schema::find(connection, place)? {
            FileContent::Nothing => 0,
            FileContent::Version(version) => version,
        };
        // SQLite silently opens a file without write permission for reading.
        if connection.is_readonly("main").map_err(cannot_open)? {
            return Err(place.read_only("the file cannot be written"));
        }
        let set = |name: &str, value: &dyn rusqlite::ToSql| {
            connection
                .pragma_update(None, name, value)
                .map_err(cannot_open)
        };
        set("page_size", &PAGE_SIZE)?;
        let mode: String = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
            .map_err(cannot_open)?;
        if mode != "wal" {
            let why = format!("SQLite stays in the mode `{mode}`; is the file on a network?");
            return Err(place.io("begin a write-ahead log", why));
        }
        sync_fully(connection).map_err(cannot_open)?;
        // The checkpoint thread does this concurrently with commits.
        set("wal_autocheckpoint", &0)?;
        // Shrinks the log after one large transaction.
        set("journal_size_limit", &(64 << 20))?;
        if let Some(bytes) = self.max_bytes {
            let size: u32 = connection
                .pragma_query_value(None, "page_size", |row| row.get(0))
                .map_err(cannot_open)?;
            let pages = (bytes / u64::from(size)).clamp(1, u64::from(u32::MAX - 1));
            set("max_page_count", &i64::try_from(pages).unwrap_or(i64::MAX))?;
        }
        lifecycle::begin(connection, place, from, &mut |_| {})
    }
}

/// Opens a connection with the settings of the writer and of readers.
pub(super) fn connect(place: &StorePath, flags: OpenFlags) -> Result<Connection, StoreError> {
    let cannot_open = |error| place.error("open the file", error);
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&place.path, flags).map_err(cannot_open)?;
    connection.busy_timeout(PATIENCE).map_err(cannot_open)?;
    // By default, closing the last connection removes the log, also if the store was not closed cleanly.
    allow_log_removal(&connection, false).map_err(cannot_open)?;
    connection.set_prepared_statement_cache_capacity(32);
    set_defenses(&connection).map_err(cannot_open)?;
    Ok(connection)
}

/// Enables the protections against a damaged or malicious file.
pub(super) fn set_defenses(connection: &Connection) -> Result<(), rusqlite::Error> {
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

/// Syncs the log at each commit, on macOS with a full sync of the disk, and syncs the file before the log restarts.
pub(super) fn sync_fully(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)
}

/// Returns the path without symbolic links, so that a file has only one lock. The file may be missing, its directory must exist.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let named = StorePath {
        path: path.to_owned(),
    };
    let name = path
        .file_name()
        .ok_or_else(|| named.not_a_store("the path names no file"))?;
    if let Ok(found) = path.canonicalize() {
        return match found.metadata() {
            Ok(metadata) if metadata.is_file() => Ok(found),
            Ok(metadata) if metadata.is_dir() => Err(named.not_a_store("it is a folder")),
            Ok(_) => Err(named.not_a_store("it is no regular file")),
            Err(error) => Err(named.io("look at the file", error)),
        };
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let found = folder.canonicalize();
    let found = found
        .map_err(|error| named.io(format!("find its folder `{}`", folder.display()), error))?;
    Ok(found.join(name))
}
