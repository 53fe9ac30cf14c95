//! Replaces a SQLite store with a backup, after a check of the backup.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::aside::free_name;
use super::integrity;
use crate::atomic_file;
use crate::private_file;
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::continuity::MainFile;
use crate::store::sqlite::log::lock::Lock;
use crate::store::sqlite::log::log_file;
use crate::store::sqlite::store_path::StorePath;

/// The result of [`SqliteStore::restore`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestoreReport {
    /// The size of the restored file in bytes.
    pub bytes: u64,
    /// The new paths of the files that were at the store's path before.
    pub moved_aside: Vec<PathBuf>,
}

impl SqliteStore {
    /// Puts a backup at the path of a store. An existing file and log are renamed, not deleted.
    ///
    /// The backup is copied to a temporary file in the same directory, and the copy is checked:
    /// that it is a store of a known version, SQLite's `integrity_check`, and the checksum of each
    /// record and document. Then it is renamed to its final name. A crash leaves the old store, a
    /// store that is rejected because its log was moved aside, or the restored store; repeat the
    /// call then.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while an engine has the store open; [`StoreError::Io`] when the backup
    /// is not a store that was closed cleanly; [`StoreError::NotAStore`] and
    /// [`StoreError::Corrupt`] when it is something else or damaged; [`StoreError::Full`].
    pub fn restore(
        backup: impl AsRef<Path>,
        to: impl AsRef<Path>,
    ) -> Result<RestoreReport, StoreError> {
        let backup = StorePath::resolve(backup.as_ref())?;
        let place = StorePath::resolve(to.as_ref())?;
        if backup.path == place.path {
            return Err(place.io("be restored", "the backup is the store itself"));
        }
        check_closed(&backup)?;
        let _lock = Lock::take(&place.path)?;
        let part = log_file::with_suffix(&place.path, ".part");
        let restored = copy(&backup, &part, &place).and_then(|bytes| {
            let moved_aside = replace(&part, &place.path)
                .map_err(|error| io_error(&place, "put the backup in its place", &error))?;
            Ok(RestoreReport { bytes, moved_aside })
        });
        if restored.is_err() {
            // The first error has the cause.
            let _left_over = atomic_file::remove(&part);
        }
        restored
    }
}

/// Checks that a backup is a store that was closed cleanly.
fn check_closed(backup: &StorePath) -> Result<(), StoreError> {
    let refuse = |why: &str| Err(backup.io("be restored", why));
    let log = log_file::path_of(&backup.path);
    let has_log = log_file::has_bytes(&log)
        .map_err(|error| backup.io(format!("read its log `{}`", log.display()), error))?;
    match MainFile::read(backup)? {
        MainFile::Empty => refuse("there is no such file, or it is empty"),
        MainFile::Unreadable => Err(backup.corrupt("its tables cannot be read")),
        _ if has_log => refuse(
            "it has a log, so it was not closed cleanly; take a backup of it with `stepwright store backup`, and restore that",
        ),
        MainFile::Store {
            session: Some(session),
            ..
        } if session.is_open => refuse(
            "it is a copy of the file of an open store, without its log; take a backup with `stepwright store backup`, and restore that",
        ),
        MainFile::Store { .. } => Ok(()),
    }
}

/// Copies the backup to a temporary file and checks the copy. Returns its size.
fn copy(backup: &StorePath, part: &Path, place: &StorePath) -> Result<u64, StoreError> {
    let copied = || {
        atomic_file::remove(part)?;
        let mut copy = private_file::create_new(part, Some(&backup.path))?;
        let bytes = io::copy(&mut File::open(&backup.path)?, &mut copy)?;
        drop(copy);
        match fs::metadata(&place.path) {
            Ok(old) => take_access(part, &old)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // A backup may be read-only, but a store must be writable.
        let mut permissions = fs::metadata(part)?.permissions();
        if permissions.readonly() {
            make_writable(&mut permissions);
            fs::set_permissions(part, permissions)?;
        }
        File::options().write(true).open(part)?.sync_all()?;
        Ok(bytes)
    };
    let bytes = copied().map_err(|error| io_error(place, "copy the backup", &error))?;
    match integrity::check(part) {
        Ok(()) => Ok(bytes),
        // The copy is equal to the backup, so the backup is damaged.
        Err(StoreError::Corrupt { why, .. }) => Err(backup.corrupt(why)),
        Err(StoreError::NotAStore { why, .. }) => Err(backup.not_a_store(why)),
        Err(other) => Err(other),
    }
}

/// Sets the owner and the permissions of the old file on the copy: root may restore the store of
/// another user.
pub(super) fn take_access(part: &Path, old: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        match chown(part, Some(old.uid()), Some(old.gid())) {
            // Only root may change the owner.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            changed => changed?,
        }
    }
    fs::set_permissions(part, old.permissions())
}

#[cfg(unix)]
fn make_writable(permissions: &mut fs::Permissions) {
    use std::os::unix::fs::PermissionsExt;
    permissions.set_mode(permissions.mode() | 0o200);
}

#[cfg(not(unix))]
fn make_writable(permissions: &mut fs::Permissions) {
    permissions.set_readonly(false);
}

/// Moves the old files aside and renames the copy. The log is moved first, so that it is never next
/// to a file that it does not belong to.
pub(crate) fn replace(part: &Path, to: &Path) -> io::Result<Vec<PathBuf>> {
    let mut moved_aside = Vec::new();
    for suffix in ["-wal", "-journal"] {
        let path = log_file::with_suffix(to, suffix);
        if log_file::has_bytes(&path)? {
            let aside = free_name(&path);
            fs::rename(&path, &aside)?;
            moved_aside.push(aside);
        }
        atomic_file::remove(&path)?;
    }
    atomic_file::remove(&log_file::with_suffix(to, "-shm"))?;
    atomic_file::sync_folder_of(to)?;
    if to.try_exists()? {
        let aside = free_name(to);
        // With a hard link, there is always a store at the path. Some file systems do not support
        // hard links.
        if fs::hard_link(to, &aside).is_err() {
            fs::rename(to, &aside)?;
        }
        moved_aside.insert(0, aside);
    }
    atomic_file::publish(part, to)?;
    Ok(moved_aside)
}

pub(crate) fn io_error(place: &StorePath, doing: &str, error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full {
            path: Some(place.path.clone()),
            why: error.to_string(),
        },
        _ => place.io(doing, error),
    }
}
