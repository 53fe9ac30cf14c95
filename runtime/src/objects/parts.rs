use bytes::Bytes;

use super::ObjectFuture;

/// Writes objects part by part, so that an object is larger than what anybody has in memory: S3's multipart upload.
///
/// A store that does so gives itself as [`ObjectStore::in_parts`](super::ObjectStore::in_parts). Nothing is read or listed of an
/// object before it is complete. An upload whose Map Run fails or is stopped stays, because a redrive goes on with it. S3 deletes
/// it after a time with the lifecycle rule `AbortIncompleteMultipartUpload`.
///
/// The engine asks for one thing at a time, in order. What it has no answer to, because its process ended, it asks for again with
/// the same content.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright_runtime::objects::{Memory, ObjectStore, Upload};
///
/// let store = Memory::new().bucket("out");
/// let parts = store.in_parts().expect("it takes parts");
/// let upload = Upload::new("out", "rows", parts.begin("out", "rows").await?);
/// let first = parts.part(&upload, 1, 0, "1\n2\n".into()).await?;
/// let last = parts.part(&upload, 2, 4, "3\n".into()).await?;
/// assert_eq!(store.text("out", "rows"), None);
/// parts.complete(&upload, &[first, last]).await?;
/// assert_eq!(store.text("out", "rows").as_deref(), Some("1\n2\n3\n"));
/// # Ok(()) }
/// ```
pub trait InParts: Send + Sync {
    /// Begins an object, and gives the id of its upload: `CreateMultipartUpload`.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`](super::ObjectError::NoSuchBucket), or whatever the store meets.
    fn begin<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, String>;

    /// Keeps a part, in place of one with the same number, and gives its tag: `UploadPart`. Numbers begin with 1; `offset` is where
    /// the part begins in the object. The part must be there after a loss of power.
    ///
    /// # Errors
    ///
    /// Whatever the store meets.
    fn part<'a>(
        &'a self,
        upload: &'a Upload,
        number: u32,
        offset: u64,
        body: Bytes,
    ) -> ObjectFuture<'a, String>;

    /// Makes the object of its parts, whose tags are given in order: `CompleteMultipartUpload`. What was completed before stays
    /// as it is.
    ///
    /// # Errors
    ///
    /// Whatever the store meets.
    fn complete<'a>(&'a self, upload: &'a Upload, tags: &'a [String]) -> ObjectFuture<'a, ()>;
}

/// An object that is being written in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upload {
    /// The object's bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// What [`InParts::begin`] gave.
    pub id: String,
}

impl Upload {
    /// The upload with this id.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            id: id.into(),
        }
    }
}
