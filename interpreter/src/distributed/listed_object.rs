//! The metadata of an object, as an object store lists it.

use crate::record::record;
use crate::timestamp::Timestamp;

/// One entry of a bucket's list, with the fields of `ListObjectsV2`.
///
/// ```
/// # mod stepwright_runtime { pub mod objects { pub use stepwright_interpreter::distributed::ListedObject; } }
/// use stepwright_runtime::objects::ListedObject;
///
/// let large = ListedObject::new("in/b.csv", 5_000_000_000, "\"version 3\"");
/// assert_eq!((large.key.as_str(), large.storage_class.as_str()), ("in/b.csv", "STANDARD"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedObject {
    /// The key.
    pub key: String,
    /// The length in bytes.
    pub size: u64,
    /// The entity tag, with its quotes.
    pub etag: String,
    /// When the object was written.
    pub last_modified: Timestamp,
    /// `STANDARD` unless the store has other classes.
    pub storage_class: String,
}

impl ListedObject {
    /// Creates an entry of an object in the standard class that was written at the beginning of
    /// 1970.
    pub fn new(key: impl Into<String>, size: u64, etag: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            size,
            etag: etag.into(),
            last_modified: Timestamp::default(),
            storage_class: "STANDARD".to_owned(),
        }
    }

    /// Sets the time at which the object was written.
    #[must_use]
    pub fn modified(mut self, at: Timestamp) -> Self {
        self.last_modified = at;
        self
    }
}

record!(struct ListedObject { 1 => key, 2 => size, 3 => etag, 4 => last_modified, 5 => storage_class });
