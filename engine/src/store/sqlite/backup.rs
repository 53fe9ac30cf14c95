//! Copies a SQLite store to a new file, also while an engine uses the store.

use std::io;
use std::path::Path;

use rusqlite::{Connection, Error, OpenFlags};

use super::log::log_file;
use super::session;
use super::store_path::StorePath;
use crate::atomic_file;
use crate::private_file;
use crate::store::StoreError;

/// Copies a database to a new file. The copy has another name until it is complete, so that an
/// interrupted backup is not used as one.
pub(super) fn write(
    connection: &Connection,
    place: &StorePath,
    to: &Path,
) -> Result<(), StoreError> {
    let copy = StorePath {
        path: to.to_owned(),
    };
    match to.try_exists() {
        Ok(false) => {}
        Ok(true) => return Err(copy.io("take a backup", "there is a file already")),
        Err(error) => return Err(copy.io("take a backup", error)),
    }
    let log = log_file::path_of(to);
    if log_file::has_bytes(&log).unwrap_or(false) {
        let why = format!("`{}` is the log of another file", log.display());
        return Err(copy.io("take a backup", why));
    }
    let part = log_file::with_suffix(to, ".part");
    let written = self::copy(connection, place, &part, to).and_then(|()| {
        atomic_file::publish(&part, to)
            .map_err(|error| copy.io(format!("write the backup `{}`", part.display()), error))
    });
    if written.is_err() {
        // The first error has the cause. The next backup removes the rest of this one.
        let _left_over = atomic_file::remove(&part);
    }
    written
}

/// Copies a database to `part`, which is overwritten, as a store that was closed cleanly. Errors
/// name `to`, the later name of the copy.
pub(super) fn copy(
    connection: &Connection,
    place: &StorePath,
    part: &Path,
    to: &Path,
) -> Result<(), StoreError> {
    let copy = StorePath {
        path: to.to_owned(),
    };
    let Some(name) = part.to_str() else {
        return Err(copy.io("write a copy", "the path is not UTF-8, as SQLite needs it"));
    };
    // SQLite fills an empty file. Like the store, it contains data of executions.
    atomic_file::remove(part)
        .and_then(|()| private_file::create_new(part, Some(&place.path)))
        .map_err(|error: io::Error| copy.io(format!("write `{}`", part.display()), error))?;
    connection
        .prepare("VACUUM INTO ?")
        .and_then(|mut vacuum| vacuum.execute([name]))
        .map_err(|error| match place.error("write a copy", error) {
            // The copy has no space, or cannot be created.
            StoreError::Full { why, .. } => StoreError::Full {
                path: Some(to.to_owned()),
                why,
            },
            StoreError::Io { doing, why, .. } => copy.io(doing, why),
            other => other,
        })?;
    let part = StorePath {
        path: part.to_owned(),
    };
    close_cleanly(&part).map_err(|error| part.error("begin its epoch", error))
}

/// Marks a copy as a store that was closed cleanly, with a unique epoch.
fn close_cleanly(copy: &StorePath) -> Result<(), Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&copy.path, flags)?;
    // The copy is not complete before it has its final name, so that a crash needs no journal.
    connection.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    session::begin(&connection, false)
}
