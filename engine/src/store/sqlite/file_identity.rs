//! Detects that the file of an open store was deleted or replaced by another file.

#[cfg(unix)]
use std::io::ErrorKind;
#[cfg(unix)]
use std::path::{Path, PathBuf};

#[cfg(unix)]
use super::log::log_file;
use super::store_path::StorePath;
use crate::store::StoreError;

/// The files that a store has opened, identified by device and inode. A new file at the same path
/// has another identity.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct FileIdentity {
    log: PathBuf,
    main_inode: (u64, u64),
    log_inode: (u64, u64),
}

#[cfg(unix)]
impl FileIdentity {
    /// Returns the identity of the files of an open store, after its first transaction.
    pub(super) fn new(place: &StorePath) -> Result<Self, StoreError> {
        let cannot = |error: std::io::Error| place.io("look at its files", error);
        let log = log_file::path_of(&place.path);
        Ok(Self {
            main_inode: inode(&place.path).map_err(cannot)?,
            log_inode: inode(&log).map_err(cannot)?,
            log,
        })
    }

    /// Checks that both files are still at their paths. This runs after each commit, and costs two
    /// system calls.
    pub(super) fn check(&self, place: &StorePath) -> Result<(), StoreError> {
        for (path, opened) in [(&place.path, self.main_inode), (&self.log, self.log_inode)] {
            let why = match inode(path) {
                Ok(now) if now == opened => continue,
                Ok(_) => format!("another file is at `{}`", path.display()),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    format!("there is no file `{}` any more", path.display())
                }
                // The error does not show that the file has changed.
                Err(_) => continue,
            };
            return Err(StoreError::Replaced {
                path: place.path.clone(),
                why,
            });
        }
        Ok(())
    }
}

#[cfg(unix)]
fn inode(path: &Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = path.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Other operating systems do not allow deleting or replacing an open file.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct FileIdentity;

#[cfg(not(unix))]
impl FileIdentity {
    pub(super) fn new(_: &StorePath) -> Result<Self, StoreError> {
        Ok(Self)
    }

    pub(super) fn check(&self, _: &StorePath) -> Result<(), StoreError> {
        Ok(())
    }
}
