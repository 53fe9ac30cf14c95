//! Opens readers of a SQLite store that the engine of another process may write to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::log::log_file;
use super::reader::SqliteReader;
use super::store_path::StorePath;
use crate::store::{StoreError, StoreReader, StoreView};

/// The file of a [`SqliteStore`](super::SqliteStore), for readers next to an engine.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::store::{SqliteStore, SqliteView, Store, StoreView};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("orders.db");
/// let store = SqliteStore::open(&path)?;
/// let view = SqliteView::new(&path);
/// assert!(view.reader()?.documents()?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqliteView {
    path: PathBuf,
}

impl SqliteView {
    /// Creates a view of the store at a path. Nothing is opened.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
        }
    }
}

impl StoreView for SqliteView {
    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(SqliteReader::open(&self.path)?))
    }

    fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Returns a hash of the sizes and the times of the file and its log: a commit writes to the
    /// log.
    fn change(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        // The log is next to the file, not next to a link to it.
        let path = StorePath::resolve(&self.path).map(|place| place.path);
        let path = path.unwrap_or_else(|_| self.path.clone());
        for file in [log_file::path_of(&path), path] {
            let metadata = file.metadata().ok();
            let state = metadata.map(|metadata| (metadata.len(), metadata.modified().ok()));
            state.hash(&mut hasher);
        }
        hasher.finish()
    }
}
