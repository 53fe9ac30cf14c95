use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::Place;
use crate::store::StoreError;

/// Copies a database to a file that is not there yet. It is written beside that under another name first, so that a backup which
/// was broken off is not taken for one.
pub(super) fn write(connection: &Connection, place: &Place, to: &Path) -> Result<(), StoreError> {
    let copy = Place {
        path: to.to_owned(),
    };
    match to.try_exists() {
        Ok(false) => {}
        Ok(true) => return Err(copy.io("take a backup", "there is a file already")),
        Err(error) => return Err(copy.io("take a backup", error)),
    }
    let part = part(to);
    let cannot =
        |error: io::Error| copy.io(format!("write the backup `{}`", part.display()), error);
    let Some(name) = part.to_str() else {
        return Err(copy.io("take a backup", "the path is not UTF-8, as SQLite needs it"));
    };
    remove(&part).map_err(cannot)?;
    let written = connection
        .prepare("VACUUM INTO ?")
        .and_then(|mut vacuum| vacuum.execute([name]))
        .map_err(|error| match place.error("take a backup", error) {
            // It is the backup's file that has no room, or cannot be made.
            StoreError::Full { why, .. } => StoreError::Full {
                path: Some(to.to_owned()),
                why,
            },
            StoreError::Io { doing, why, .. } => copy.io(doing, why),
            other => other,
        })
        .and_then(|_| sync(&part, to).map_err(cannot));
    if written.is_err() {
        // The first error tells why. What is left over is removed by the next backup.
        let _left_over = remove(&part);
    }
    written
}

/// `backup.db.part` for `backup.db`.
fn part(to: &Path) -> PathBuf {
    let mut path = OsString::from(to);
    path.push(".part");
    path.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// SQLite does not sync what it copies.
fn sync(part: &Path, to: &Path) -> io::Result<()> {
    File::options().write(true).open(part)?.sync_all()?;
    fs::rename(part, to)?;
    if cfg!(unix) {
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
