//! Derived data in a SQLite file next to a store: an index, or logs. The file can be deleted at any
//! time, is never read by the engine, and a backup of the store need not contain it.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::private_file;
use crate::store::{DerivedError, set_defenses};

/// How long a connection waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);
/// The files that SQLite creates next to a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The content of a derived file.
#[derive(Debug)]
pub(crate) struct DerivedFormat {
    /// In messages: `index`.
    pub(crate) name: &'static str,
    /// The end of its name, after the name of the store.
    pub(crate) suffix: &'static str,
    /// The application id, which distinguishes it from the database of another application.
    pub(crate) application: i64,
    /// The version. A file of any other version is replaced.
    pub(crate) version: i64,
    /// The statements that create the tables.
    pub(crate) schema: &'static str,
}

/// A file next to a store.
#[derive(Clone, Debug)]
pub(crate) struct DerivedFile {
    path: PathBuf,
    store: PathBuf,
    format: &'static DerivedFormat,
    /// The largest size, for tests of a full disk.
    max_pages: Option<u32>,
}

impl DerivedFile {
    /// Returns the file next to a store, which may not exist yet.
    pub(crate) fn next_to(store: &Path, format: &'static DerivedFormat) -> Self {
        // A link to a store and the store itself have the same file.
        let store = store.canonicalize().unwrap_or_else(|_| store.to_owned());
        Self {
            path: with_suffix(&store, format.suffix),
            store,
            format,
            max_pages: None,
        }
    }

    /// Limits the size of the file, as a full disk does.
    #[cfg(test)]
    pub(crate) fn limited(mut self, pages: u32) -> Self {
        self.max_pages = Some(pages);
        self
    }

    /// The file, for messages.
    pub(crate) fn name(&self) -> String {
        format!("the {} `{}`", self.format.name, self.path.display())
    }

    /// Opens the file for writing, or creates it. A damaged file, one of another version and one of
    /// another application are replaced, with a line in the log.
    pub(crate) fn open(&self) -> Result<Connection, DerivedError> {
        match self.try_open() {
            Err(DerivedError::Damaged(why)) => self.replace(&why),
            opened => opened,
        }
    }

    /// Deletes the file, and opens a new one.
    pub(crate) fn replace(&self, why: &str) -> Result<Connection, DerivedError> {
        tracing::warn!("{} is built again: {why}", self.name());
        self.delete()?;
        self.try_open()
    }

    /// Opens the file for reading, while another connection writes.
    pub(crate) fn reader(&self) -> Result<Connection, DerivedError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "query_only", true)?;
        set_defenses(&connection)?;
        Ok(connection)
    }

    /// Creates the file with the mode of the store, which SQLite gives its log, too. A file that
    /// exists may have more rights, which are removed. [`open`](Self::open) does this first; a file
    /// that a thread opens later is private before the thread runs.
    pub(crate) fn create_like_store(&self) -> Result<(), DerivedError> {
        let created = match private_file::create_new(&self.path, Some(&self.store)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let companions = COMPANIONS.map(|suffix| with_suffix(&self.path, suffix));
                let mut paths = [&self.path].into_iter().chain(&companions);
                paths.try_for_each(|path| private_file::restrict(path, &self.store))
            }
            created => created.map(drop),
        };
        created.map_err(|error| DerivedError::Unusable(error.to_string()))
    }

    fn try_open(&self) -> Result<Connection, DerivedError> {
        self.create_like_store()?;
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(PATIENCE)?;
        set_defenses(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A loss of power loses the last transactions, and damages nothing.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        if let Some(pages) = self.max_pages {
            connection.pragma_update(None, "max_page_count", pages)?;
        }
        let number = |pragma: &str| -> Result<i64, DerivedError> {
            Ok(connection.pragma_query_value(None, pragma, |row| row.get(0))?)
        };
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let DerivedFormat {
            application,
            version,
            schema,
            ..
        } = self.format;
        match (number("application_id")?, number("user_version")?) {
            (0, 0) if tables == 0 => {
                let transaction = connection.unchecked_transaction()?;
                transaction.execute_batch(schema)?;
                transaction.pragma_update(None, "application_id", application)?;
                transaction.pragma_update(None, "user_version", version)?;
                transaction.commit()?;
            }
            (found, _) if found != *application => {
                let why = "it is the file of another application".to_owned();
                return Err(DerivedError::Damaged(why));
            }
            (_, found) if found != *version => {
                let why = format!("its version is {found}, and this program writes {version}");
                return Err(DerivedError::Damaged(why));
            }
            _ => {}
        }
        Ok(connection)
    }

    fn delete(&self) -> Result<(), DerivedError> {
        let companions = COMPANIONS.map(|suffix| with_suffix(&self.path, suffix));
        for path in [&self.path].into_iter().chain(&companions) {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(DerivedError::Unusable(error.to_string()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
