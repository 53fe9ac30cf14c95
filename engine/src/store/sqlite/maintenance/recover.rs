//! Repairs a SQLite store whose write-ahead log is missing, foreign or damaged.

use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use super::aside::free_name;
use super::{integrity, salvage};
use crate::atomic_file;
use crate::store::StoreError;
use crate::store::sqlite::log::lock::Lock;
use crate::store::sqlite::log::log_mark::LogMark;
use crate::store::sqlite::log::{log_file, log_length};
use crate::store::sqlite::store_path::StorePath;
use crate::store::sqlite::{SqliteStore, connection, continuity, session, write};

/// The result of [`SqliteStore::recover`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recovery {
    /// The store opens without a repair; nothing was changed.
    NotNeeded,
    /// The log was missing. The store has the content of its file.
    WithoutLog,
    /// The log belonged to another file and was moved aside. The store has the content of its file.
    LogMovedAside {
        /// The log's new path.
        log: PathBuf,
    },
    /// The log was damaged. The store has the commits before the damage.
    BeforeDamage {
        /// The new paths of the old file and its log.
        moved_aside: Vec<PathBuf>,
    },
}

impl SqliteStore {
    /// Makes a store that is rejected because of its log open again: with the content of its file
    /// alone, or with the commits before the damage of its log. The other commits are lost, so
    /// restore a backup or the log if you can.
    ///
    /// The file is checked first, as in [`SqliteStore::restore`]. A log of another file is renamed,
    /// not deleted, and so are a damaged log and the file next to it.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while an engine has the store open; [`StoreError::ForeignLog`] when
    /// there is a log but no file; [`StoreError::Corrupt`] when the file is damaged; other errors
    /// of opening.
    pub fn recover(path: impl AsRef<Path>) -> Result<Recovery, StoreError> {
        let place = StorePath::resolve(path.as_ref())?;
        let file_exists =
            log_file::has_bytes(&place.path).map_err(|error| place.io("open the file", error))?;
        if !file_exists && !log_file::path_of(&place.path).exists() {
            return Err(place.io("open the file", "there is no such file"));
        }
        let lock = Lock::take(&place.path)?;
        let recovery = match continuity::check_for_writer(&place, &lock) {
            Ok(()) => {
                return match continuity::MainFile::read(&place)? {
                    // A log that belongs to the file may complete it.
                    continuity::MainFile::Unreadable
                        if !log_file::path_of(&place.path).exists() =>
                    {
                        Err(place.corrupt("its tables cannot be read"))
                    }
                    _ => Ok(Recovery::NotNeeded),
                };
            }
            Err(StoreError::MissingLog { .. }) => Recovery::WithoutLog,
            Err(StoreError::ForeignLog { .. }) if file_exists => Recovery::LogMovedAside {
                log: PathBuf::new(),
            },
            Err(damage @ StoreError::Corrupt { .. }) => Recovery::BeforeDamage {
                moved_aside: salvage::salvage(&place, damage)?,
            },
            Err(error) => return Err(error),
        };
        integrity::check(&place.path)?;
        // The mark belongs to a log that the store does not have any more.
        lock.write_mark(&LogMark::default())
            .map_err(|error| place.io("remove the mark of its last session", error))?;
        let recovery = match recovery {
            Recovery::LogMovedAside { .. } => Recovery::LogMovedAside {
                log: move_log_aside(&place)?,
            },
            other => other,
        };
        close_cleanly(&place)?;
        Ok(recovery)
    }
}

/// Renames the log of a store, and removes its index. Returns the log's new path.
fn move_log_aside(place: &StorePath) -> Result<PathBuf, StoreError> {
    let log = log_file::path_of(&place.path);
    let aside = free_name(&log);
    std::fs::rename(&log, &aside)
        .and_then(|()| atomic_file::remove(&log_file::with_suffix(&place.path, "-shm")))
        .and_then(|()| atomic_file::sync_folder_of(&log))
        .map_err(|error| place.io("move its log aside", error))?;
    Ok(aside)
}

/// Marks a store without a log as closed cleanly, with a new epoch.
fn close_cleanly(place: &StorePath) -> Result<(), StoreError> {
    let cannot = |error| place.error("begin a new epoch", error);
    let connection = connection::connect(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection::sync_fully(&connection).map_err(cannot)?;
    write::transact(&connection, place, || {
        session::advance_with_header(&connection).map_err(cannot)
    })?;
    if session::Session::read(&connection).is_ok() {
        write::transact(&connection, place, || {
            session::begin(&connection, false).map_err(cannot)
        })?;
    }
    log_length::empty_log(&connection).map_err(cannot)?;
    connection::allow_log_removal(&connection, true).map_err(cannot)
}
