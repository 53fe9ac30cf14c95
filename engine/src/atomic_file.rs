//! Files that are replaced atomically and durably.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::private_file;

/// Replaces a file by new content. A new file has the mode of the old one, or only its owner can
/// read it. A reader sees the old content or the new content, as does a process that starts after a
/// crash. `temporary` is a free name in the same directory; only a crash leaves a file there.
pub(crate) fn write(temporary: &Path, to: &Path, content: &[u8]) -> io::Result<()> {
    let written = private_file::create_new(temporary, Some(to))
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| publish(temporary, to));
    if written.is_err() {
        // The first error has the cause.
        let _left_over = remove(temporary);
    }
    written
}

/// Syncs a complete temporary file, renames it to `to` in the same folder, and syncs the folder.
pub(crate) fn publish(temporary: &Path, to: &Path) -> io::Result<()> {
    // Windows syncs only files that are open for writing.
    File::options().write(true).open(temporary)?.sync_all()?;
    fs::rename(temporary, to)?;
    sync_folder_of(to)
}

/// Creates a folder with its missing parents, so that all of them exist after a loss of power.
pub(crate) fn create_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        create_folders(parent)?;
    }
    match fs::create_dir(folder) {
        // Another thread may have created it.
        Err(_) if folder.is_dir() => {}
        created => created?,
    }
    sync_folder_of(folder)
}

/// Syncs the folder that contains a file, so that a rename in it survives a loss of power.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        // Other systems sync no folders.
        return Ok(());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a file that may be missing.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
