//! Opens or creates a SQLite store, with options such as a maximum size.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::file_identity::FileIdentity;
use super::log::checkpoints::Checkpoints;
use super::log::lock::Lock;
use super::log::log_watch::LogWatch;
use super::maintenance::restore;
use super::schema::{self, FileContent};
use super::session::Session;
use super::store_path::StorePath;
use super::write::RowIds;
use super::{SqliteStore, connection, continuity, lifecycle};
use crate::private_file;
use crate::store::StoreError;

/// The page size of new stores in bytes. Twice SQLite's default: a tenth faster for the records of
/// executions.
const PAGE_SIZE: u32 = 8_192;

/// Options for opening a [`SqliteStore`].
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
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
    /// Sets the maximum bytes of the file, without its write-ahead log; commits beyond it fail with
    /// [`StoreError::Full`]. A file that is larger does not shrink. By default the disk is the
    /// limit.
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
        let place = StorePath::resolve(path.as_ref())?;
        let lock = Lock::take(&place.path)?;
        continuity::check_for_writer(&place, &lock)?;
        create_privately(&place)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = connection::connect(&place, flags)?;
        let is_copied = self.prepare(&connection, &place)?;
        let log = watch_log(&connection, &place, &lock, is_copied)?;
        Ok(SqliteStore {
            checkpoints: Checkpoints::default(),
            connection,
            is_disconnected: false,
            options: self.clone(),
            ids: RowIds::default(),
            files: FileIdentity::new(&place)?,
            log,
            needs_session: false,
            damage: None,
            place,
            lock,
        })
    }

    /// Prepares the store, and begins its session. Returns whether the file has all of the log.
    fn prepare(&self, connection: &Connection, place: &StorePath) -> Result<bool, StoreError> {
        let cannot_open = |error| place.error("open the file", error);
        let from = match schema::find(connection, place)? {
            FileContent::Nothing => 0,
            FileContent::Version(version) => version,
        };
        // SQLite silently opens a file without write permission for reading.
        if connection.is_readonly("main").map_err(cannot_open)? {
            return Err(place.read_only("the file cannot be written"));
        }
        connection
            .pragma_update(None, "page_size", PAGE_SIZE)
            .map_err(cannot_open)?;
        let mode: String = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
            .map_err(cannot_open)?;
        if mode != "wal" {
            let why = format!("SQLite stays in the mode `{mode}`; is the file on a network?");
            return Err(place.io("begin a write-ahead log", why));
        }
        self.configure(connection, place)?;
        lifecycle::begin(connection, place, from, &mut |_| {})
    }

    /// Sets what a connection of the writer needs.
    pub(super) fn configure(
        &self,
        connection: &Connection,
        place: &StorePath,
    ) -> Result<(), StoreError> {
        let set = || {
            connection::sync_fully(connection)?;
            // The checkpoint thread does this concurrently with commits.
            connection.pragma_update(None, "wal_autocheckpoint", 0)?;
            // Shrinks the log after one large transaction.
            connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
            self.max_bytes
                .map_or(Ok(()), |bytes| limit(connection, bytes))
        };
        set().map_err(|error| place.error("open the file", error))
    }
}

/// Creates the file of a new store, which only its owner can read. SQLite gives its log and its
/// index the same mode.
fn create_privately(place: &StorePath) -> Result<(), StoreError> {
    match private_file::create_new(&place.path, None) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Err(place.read_only(format!("the file cannot be created ({error})")))
            }
            _ => Err(restore::io_error(place, "create the file", &error)),
        },
        _ => Ok(()),
    }
}

/// Watches the log of a store whose session has begun.
fn watch_log(
    connection: &Connection,
    place: &StorePath,
    lock: &Lock,
    is_copied: bool,
) -> Result<LogWatch, StoreError> {
    let session = Session::read(connection).map_err(|error| place.error("open the file", error))?;
    let epoch = session.map(|session| session.epoch).unwrap_or_default();
    LogWatch::new(connection, place, lock, epoch, is_copied)
}

/// Limits the size of the file. A file that is larger does not shrink.
fn limit(connection: &Connection, bytes: u64) -> Result<(), rusqlite::Error> {
    let size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = (bytes / u64::from(size)).clamp(1, u64::from(u32::MAX - 1));
    let pages = i64::try_from(pages).unwrap_or(i64::MAX);
    connection.pragma_update(None, "max_page_count", pages)
}

/// # Blocking
///
/// All functions block the thread while they read and write files.
impl SqliteStore {
    /// Opens a store, or creates it. A store with an earlier layout is migrated to the newest one.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`], [`StoreError::ReadOnly`], [`StoreError::NotAStore`],
    /// [`StoreError::NewerVersion`], [`StoreError::ForeignLog`], [`StoreError::MissingLog`],
    /// [`StoreError::Corrupt`], [`StoreError::Full`], [`StoreError::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::options().open(path)
    }

    /// Changes the [maximum bytes](SqliteOptions::max_bytes) of the file. For tests of this
    /// project.
    ///
    /// # Errors
    ///
    /// Those of SQLite.
    #[doc(hidden)]
    pub fn set_max_bytes(&mut self, bytes: u64) -> Result<(), StoreError> {
        self.options.max_bytes = Some(bytes);
        let limited = limit(&self.connection, bytes);
        limited.map_err(|error| self.place.error("limit the size of the file", error))
    }

    /// Returns options that can be set before a store is opened.
    pub fn options() -> SqliteOptions {
        SqliteOptions::default()
    }
}
