//! Identifies a multipart upload of an object.

/// An object that is being uploaded in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upload {
    /// The object's bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The id that `MultipartStore::begin` returned.
    pub id: String,
}

impl Upload {
    /// Creates an upload with this id.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            id: id.into(),
        }
    }
}
