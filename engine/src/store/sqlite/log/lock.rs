//! The lock of a store, so that two engines never write to it at the same time.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::log_mark::LogMark;
use crate::private_file;
use crate::store::StoreError;

/// How many times an engine tries a lock that is held again.
const TRIES: u32 = 100;
/// How many times a program tries it that only looks.
const TRIES_OF_READERS: u32 = 20;
/// The time between two tries.
const BETWEEN: Duration = Duration::from_millis(10);

/// The bytes at the beginning of the file for the number of the process. The mark follows.
const PROCESS: usize = 32;

/// The right to write to a store: a lock of the operating system on a separate file, which ends
/// with the process.
///
/// SQLite's own locks are either held only for a transaction, or block all readers.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    pub(crate) fn take(store: &Path) -> Result<Self, StoreError> {
        let path = lock_path(store);
        // Another engine may open the file concurrently, so the content is not truncated before the
        // lock is held.
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = private_file::open_new(&mut options, &path, Some(store))
            .map_err(|error| cannot_open(store, &path, &error))?;
        match lock(&file, TRIES) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => {
                let (path, by) = (store.to_owned(), holder(&mut file));
                return Err(StoreError::InUse { path, by });
            }
            Err(fs4::TryLockError::Error(error)) => {
                return Err(StoreError::Io {
                    path: Some(store.to_owned()),
                    doing: format!("lock `{}`", path.display()),
                    why: error.to_string(),
                });
            }
        }
        // The number is only for the message of another engine, so a full disk must not fail this
        // one. The mark of the last session stays.
        let number = format!("{:<width$}\n", std::process::id(), width = PROCESS - 1);
        let _unsaid = file
            .rewind()
            .and_then(|()| file.write_all(number.as_bytes()));
        Ok(Self { file })
    }
}

impl Lock {
    /// Returns the mark of the last session; `None` when there is none, or it is damaged.
    pub(crate) fn mark(&self) -> Option<LogMark> {
        read_mark(&self.file)
    }

    /// Returns the mark of a store that another process may have open.
    pub(crate) fn mark_of(store: &Path) -> Option<LogMark> {
        read_mark(&File::open(lock_path(store)).ok()?)
    }

    pub(crate) fn write_mark(&self, mark: &LogMark) -> std::io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(PROCESS as u64))?;
        file.write_all(&mark.encode())
    }

    /// Syncs the mark.
    pub(crate) fn sync(&self) -> std::io::Result<()> {
        self.file.sync_data()
    }
}

fn read_mark(mut file: &File) -> Option<LogMark> {
    let mut bytes = [0; LogMark::SIZE];
    file.seek(SeekFrom::Start(PROCESS as u64)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    LogMark::decode(&bytes)
}

impl Lock {
    /// Takes the lock of a store that was open in an engine before. Retries briefly, because
    /// another reader may hold it for a short time.
    pub(crate) fn take_unused(store: &Path) -> Option<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(lock_path(store))
            .ok()?;
        lock(&file, TRIES_OF_READERS).ok()?;
        Some(Self { file })
    }
}

impl Lock {
    /// Returns the engine that has a store open, if there is one.
    pub(crate) fn holder(store: &Path) -> Option<String> {
        let mut file = File::open(lock_path(store)).ok()?;
        // The lock that this takes is shared, so that two programs that only look do not find each
        // other, and is released with the file.
        match fs4::FileExt::try_lock_shared(&file) {
            Err(fs4::TryLockError::WouldBlock) => Some(holder(&mut file)),
            _ => None,
        }
    }
}

/// Takes the lock. A child process that this process is starting has all its open files briefly,
/// and with them a lock that was released here.
fn lock(file: &File, most: u32) -> Result<(), fs4::TryLockError> {
    let mut tries = 0;
    loop {
        match fs4::FileExt::try_lock(file) {
            Err(fs4::TryLockError::WouldBlock) if tries < most => {
                tries += 1;
                std::thread::sleep(BETWEEN);
            }
            outcome => return outcome,
        }
    }
}

/// Returns `orders.db.lock` for `orders.db`. The file is never removed: the lock on a removed file
/// would not exclude other engines.
fn lock_path(store: &Path) -> PathBuf {
    let mut path = OsString::from(store);
    path.push(".lock");
    path.into()
}

fn cannot_open(store: &Path, lock: &Path, error: &std::io::Error) -> StoreError {
    let path = store.to_owned();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            let why = format!("`{}` cannot be written ({error})", lock.display());
            StoreError::ReadOnly { path, why }
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            let why = format!("`{}` cannot be created ({error})", lock.display());
            StoreError::Full {
                path: Some(path),
                why,
            }
        }
        _ => StoreError::Io {
            path: Some(path),
            doing: format!("open `{}`", lock.display()),
            why: error.to_string(),
        },
    }
}

/// Returns the holder of the lock. The number is missing if the lock was just released, or the file
/// is not readable.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(20).read_to_string(&mut text);
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(id) if id == std::process::id() => {
            "another engine of this process has it open".to_owned()
        }
        Some(id) => format!("an engine in process {id} has it open"),
        None => "another engine has it open".to_owned(),
    }
}
