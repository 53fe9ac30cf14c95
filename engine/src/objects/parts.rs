//! The trait of object stores that accept an object in parts, as S3's multipart upload.

use bytes::Bytes;

use super::{ObjectFuture, Upload};

/// Writes objects part by part, so that a large object is never in memory as a whole: S3's
/// multipart upload.
///
/// A store with this feature returns itself from
/// [`ObjectStore::multipart`](super::ObjectStore::multipart). An incomplete object can be neither
/// read nor listed. An upload whose Map Run fails or is stopped is retained, because a redrive
/// continues it. S3 deletes it after a time with the lifecycle rule
/// `AbortIncompleteMultipartUpload`.
///
/// The engine sends one request at a time, in order. If its process ends before the response, it
/// repeats the request with the same content.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright_runtime::objects::{Memory, ObjectStore, Upload};
///
/// let store = Memory::new().bucket("out");
/// let parts = store.multipart().expect("it takes parts");
/// let upload = Upload::new("out", "rows", parts.begin("out", "rows").await?);
/// let first = parts.part(&upload, 1, 0, "1\n2\n".into()).await?;
/// let last = parts.part(&upload, 2, 4, "3\n".into()).await?;
/// assert_eq!(store.text("out", "rows"), None);
/// parts.complete(&upload, &[first, last]).await?;
/// assert_eq!(store.text("out", "rows").as_deref(), Some("1\n2\n3\n"));
/// # Ok(()) }
/// ```
pub trait MultipartStore: Send + Sync {
    /// Starts an upload, and returns its id: `CreateMultipartUpload`.
    ///
    /// # Errors
    ///
    /// [`ObjectError::NoSuchBucket`](super::ObjectError::NoSuchBucket), or another error of the
    /// store.
    fn begin<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, String>;

    /// Stores a part, replacing one with the same number, and returns its tag: `UploadPart`.
    /// Numbers begin with 1; `offset` is the position of the part in the object. The part must
    /// survive a loss of power.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    fn part<'a>(
        &'a self,
        upload: &'a Upload,
        number: u32,
        offset: u64,
        body: Bytes,
    ) -> ObjectFuture<'a, String>;

    /// Creates the object from its parts, with their tags in order: `CompleteMultipartUpload`. An
    /// object that was completed before stays unchanged.
    ///
    /// # Errors
    ///
    /// Any error of the store.
    fn complete<'a>(&'a self, upload: &'a Upload, tags: &'a [String]) -> ObjectFuture<'a, ()>;
}
