//! Makes the file of a SQLite store smaller: rewrites it without the deleted rows.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::OpenFlags;

use super::{integrity, restore};
use crate::atomic_file;
use crate::store::StoreError;
use crate::store::sqlite::lifecycle::Steps;
use crate::store::sqlite::log::lock::Lock;
use crate::store::sqlite::log::log_file;
use crate::store::sqlite::schema::{self, FileContent};
use crate::store::sqlite::store_path::StorePath;
use crate::store::sqlite::{SqliteStore, backup, connection, continuity, lifecycle};

/// The result of [`SqliteStore::compact`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompactReport {
    /// The size of the file and its log in bytes before.
    pub bytes_before: u64,
    /// The size of the file in bytes afterwards. There is no log then.
    pub bytes_after: u64,
}

impl SqliteStore {
    /// Rewrites the file of a store without the space of deleted rows, and copies its log into it.
    /// The disk needs space for the new file next to the old one.
    ///
    /// The new file is checked as in [`SqliteStore::restore`] before it replaces the old one. After
    /// a crash at any moment, the store opens with all its commits.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::store::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.db");
    /// drop(SqliteStore::open(&path)?);
    /// let report = SqliteStore::compact(&path)?;
    /// assert!(report.bytes_after <= report.bytes_before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while an engine has the store open; [`StoreError::OlderVersion`] and
    /// [`StoreError::NewerVersion`] for a store of another version; [`StoreError::Corrupt`] when
    /// the file is damaged; [`StoreError::Full`]; other errors of opening. After an error, the
    /// store has its old file.
    pub fn compact(path: impl AsRef<Path>) -> Result<CompactReport, StoreError> {
        let place = StorePath::resolve(path.as_ref())?;
        if let Err(error) = place.path.metadata() {
            return Err(place.io("open the file", error));
        }
        let lock = Lock::take(&place.path)?;
        compact(&place, &lock, &mut |_| {})
    }
}

/// Closes the store, copies it, and replaces it with the copy. After a crash between two steps, the
/// file has no log, or its own log.
pub(crate) fn compact(
    place: &StorePath,
    lock: &Lock,
    steps: Steps<'_>,
) -> Result<CompactReport, StoreError> {
    continuity::check_for_writer(place, lock)?;
    let bytes_before = size(&place.path)
        .and_then(|file| Ok(file + size(&log_file::path_of(&place.path))?))
        .map_err(|error| place.io("look at its files", error))?;
    let part = log_file::with_suffix(&place.path, ".part");
    let compacted = copy(place, &part, steps).and_then(|()| {
        replace(place, &part, steps)
            .map_err(|error| place.io("replace the file with its compact copy", error))
    });
    if let Err(error) = compacted {
        // The error has the cause. The next call removes the rest of this one.
        let _left_over = atomic_file::remove(&part);
        return Err(error);
    }
    let bytes_after = size(&place.path).map_err(|error| place.io("look at its files", error))?;
    Ok(CompactReport {
        bytes_before,
        bytes_after,
    })
}

/// Closes the store cleanly, and writes a checked copy of it.
fn copy(place: &StorePath, part: &Path, steps: Steps<'_>) -> Result<(), StoreError> {
    let cannot = |error| place.error("open the file", error);
    let connection = connection::connect(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    match schema::find(&connection, place)? {
        FileContent::Version(found) if found < schema::newest() => {
            return Err(StoreError::OlderVersion {
                path: place.path.clone(),
                found,
                known: schema::newest(),
            });
        }
        FileContent::Version(_) => {}
        FileContent::Nothing => return Err(place.not_a_store("it is empty")),
    }
    // SQLite silently opens a file without write permission for reading.
    if connection.is_readonly("main").map_err(cannot)? {
        return Err(place.read_only("the file cannot be written"));
    }
    connection::sync_fully(&connection).map_err(cannot)?;
    lifecycle::end(&connection, place, steps)?;
    backup::copy(&connection, place, part, &place.path)?;
    steps("the compact copy is written");
    integrity::check(part).map_err(|error| match error {
        // The copy is equal to the store, so the store is damaged.
        StoreError::Corrupt { why, .. } => place.corrupt(why),
        other => other,
    })?;
    fs::metadata(&place.path)
        .and_then(|old| restore::take_access(part, &old))
        .map_err(|error| place.io("set the owner of the compact copy", error))?;
    let log = log_file::path_of(&place.path);
    // Another program with SQLite does not take the lock of the store, and its commits are not in
    // the copy.
    match log_file::has_bytes(&log) {
        Ok(false) => {}
        Ok(true) => {
            return Err(place.io(
                "be compacted",
                "another program wrote to the store at the same time",
            ));
        }
        Err(error) => return Err(place.io(format!("read its log `{}`", log.display()), error)),
    }
    drop(connection);
    steps("the old file is closed");
    Ok(())
}

/// Renames the copy. A program that reads the old file retains it, with the log and the index that
/// it has open.
fn replace(place: &StorePath, part: &Path, steps: Steps<'_>) -> io::Result<()> {
    remove_log(place)?;
    // The old log must not return after a loss of power.
    atomic_file::sync_folder_of(&place.path)?;
    steps("the old file has no log");
    atomic_file::publish(part, &place.path)?;
    steps("the compact copy is the store");
    // A program may have opened the old file again before it was replaced.
    remove_log(place)
}

/// Removes the empty log and its index.
fn remove_log(place: &StorePath) -> io::Result<()> {
    for suffix in ["-wal", "-shm"] {
        atomic_file::remove(&log_file::with_suffix(&place.path, suffix))?;
    }
    Ok(())
}

/// Returns the size of a file in bytes, 0 for a missing one.
fn size(path: &Path) -> io::Result<u64> {
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        metadata => Ok(metadata?.len()),
    }
}
