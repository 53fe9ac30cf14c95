//! The path of a SQLite store, and the errors that name it.

use std::path::{Path, PathBuf};

use rusqlite::{Error, ErrorCode};

use super::row;
use crate::store::StoreError;

/// The file of a store, for its errors.
#[derive(Clone, Debug)]
pub(super) struct StorePath {
    pub(super) path: PathBuf,
}

impl StorePath {
    /// Returns the path of a file without symbolic links, so that a file has only one lock. The
    /// file may be missing, its directory must exist.
    pub(super) fn resolve(path: &Path) -> Result<Self, StoreError> {
        let named = Self {
            path: path.to_owned(),
        };
        let name = path
            .file_name()
            .ok_or_else(|| named.not_a_store("the path names no file"))?;
        if let Ok(found) = path.canonicalize() {
            return match found.metadata() {
                Ok(metadata) if metadata.is_file() => Ok(Self { path: found }),
                Ok(metadata) if metadata.is_dir() => Err(named.not_a_store("it is a folder")),
                Ok(_) => Err(named.not_a_store("it is no regular file")),
                Err(error) => Err(named.io("look at the file", error)),
            };
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let found = folder.canonicalize();
        let found = found
            .map_err(|error| named.io(format!("find its folder `{}`", folder.display()), error))?;
        Ok(Self {
            path: found.join(name),
        })
    }

    /// Converts an error of SQLite to an error of the store; `doing` is the operation that failed.
    pub(super) fn error(&self, doing: &str, error: Error) -> StoreError {
        let path = Some(self.path.clone());
        let why = error.to_string();
        if row::is_damage(&error) {
            return StoreError::Corrupt { path, why };
        }
        match error {
            Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DiskFull => StoreError::Full { path, why },
                ErrorCode::DatabaseCorrupt => StoreError::Corrupt { path, why },
                ErrorCode::NotADatabase => self.not_a_store("it is no SQLite database"),
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied => self.read_only(why),
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed => {
                    self.in_use("another program holds a lock of SQLite on it")
                }
                ErrorCode::SystemIoFailure | ErrorCode::CannotOpen if self.is_disk_full() => {
                    StoreError::Full { path, why }
                }
                ErrorCode::TooBig => {
                    StoreError::conflict(format!("it is larger than the store takes ({why})"))
                }
                _ => StoreError::Io {
                    path,
                    doing: doing.to_owned(),
                    why,
                },
            },
            _ => StoreError::Io {
                path,
                doing: doing.to_owned(),
                why,
            },
        }
    }

    /// Whether the disk is full, which SQLite reports as an I/O error when it syncs or extends its
    /// index.
    fn is_disk_full(&self) -> bool {
        /// Less than one step of SQLite's file growth.
        const LITTLE: u64 = 64 << 10;
        let folder = self.path.parent();
        folder.is_some_and(|folder| {
            fs4::available_space(folder).is_ok_and(|available| available < LITTLE)
        })
    }

    pub(super) fn not_a_store(&self, why: impl Into<String>) -> StoreError {
        StoreError::NotAStore {
            path: self.path.clone(),
            why: why.into(),
        }
    }

    pub(super) fn read_only(&self, why: impl Into<String>) -> StoreError {
        StoreError::ReadOnly {
            path: self.path.clone(),
            why: why.into(),
        }
    }

    pub(super) fn corrupt(&self, why: impl Into<String>) -> StoreError {
        StoreError::Corrupt {
            path: Some(self.path.clone()),
            why: why.into(),
        }
    }

    pub(super) fn io(&self, doing: impl Into<String>, why: impl ToString) -> StoreError {
        StoreError::Io {
            path: Some(self.path.clone()),
            doing: doing.into(),
            why: why.to_string(),
        }
    }

    pub(super) fn in_use(&self, by: &str) -> StoreError {
        StoreError::InUse {
            path: self.path.clone(),
            by: by.to_owned(),
        }
    }
}
