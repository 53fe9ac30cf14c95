use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::checkpoints::Checkpoints;
use super::error::Place;
use super::file_identity::FileIdentity;
use super::lock::Lock;
use super::schema::{self, Found};
use super::write::Ids;
use super::{SqliteStore, continuity, lifecycle};
use crate::store::StoreError;

/// Bytes of a page in stores that are created. Twice SQLite's default: faster by a tenth for the records of executions.
const PAGE_SIZE: u32 = 8_192;

/// How long a connection waits for another program's lock. An engine's own readers and its writer do not wait for each other.
const PATIENCE: Duration = Duration::from_secs(5);

/// What may be set before a [`SqliteStore`] is opened.
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
    /// The most bytes of the file, its write-ahead log aside; beyond them commits are [`StoreError::Full`]. A file that is
    /// larger stays as large as it is. By default the disk is the limit.
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
        let place = Place {
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
            ids: Ids::default(),
            files: FileIdentity::new(&place)?,
            has_session: true,
            place,
            _lock: lock,
        })
    }

    fn prepare(&self, connection: &Connection, place: &Place) -> Result<(), StoreError> {
        let cannot_open = |error| place.error("open the file", error);
        let from = match schema::find(connection, place)? {
            Found::Nothing => 0,
            Found::Version(version) => version,
        };
        // SQLite opens a file that it may not write to for reading, and says nothing.
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
        // That is done beside the commits.
        set("wal_autocheckpoint", &0)?;
        // What one large transaction needed is given back.
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

/// A connection, with what holds for the writer and for readers.
pub(super) fn connect(place: &Place, flags: OpenFlags) -> Result<Connection, StoreError> {
    let cannot_open = |error| place.error("open the file", error);
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&place.path, flags).map_err(cannot_open)?;
    connection.busy_timeout(PATIENCE).map_err(cannot_open)?;
    // SQLite would remove the log at the end of the last connection, also of a store that was not closed cleanly.
    allow_log_removal(&connection, false).map_err(cannot_open)?;
    connection.set_prepared_statement_cache_capacity(32);
    set_defenses(&connection).map_err(cannot_open)?;
    Ok(connection)
}

/// Sets what protects a connection from a damaged or hostile file.
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

/// The log is synced at each commit, by macOS down to the disk itself, and so is the file before the log is written anew.
pub(super) fn sync_fully(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)
}

/// The path without symbolic links, so that a file has one lock. The file may be missing, its folder may not.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let named = Place {
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
