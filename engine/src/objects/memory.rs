//! An object store in memory, for tests.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{
    ListedObject, MultipartStore, Object, ObjectBody, ObjectError, ObjectFuture, ObjectStore,
    Upload,
};

/// Objects in memory. Clones share the same store, so a test can retain one and read what was
/// written.
///
/// A bucket exists once it was named with [`bucket`](Self::bucket) or got an object with
/// [`with`](Self::with). An execution that writes to another bucket fails, as on S3.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::objects::Memory;
///
/// let store = Memory::new().bucket("results").with("data", "rows.jsonl", "1\n2\n");
/// assert_eq!(store.text("data", "rows.jsonl").as_deref(), Some("1\n2\n"));
/// assert_eq!(store.keys("results"), [""; 0]);
/// ```
#[derive(Clone, Default)]
pub struct Memory {
    buckets: Arc<Mutex<BTreeMap<String, Bucket>>>,
    uploads: Arc<Mutex<Uploads>>,
}

type Bucket = BTreeMap<String, Object>;

/// The parts of incomplete objects, by the ids of their uploads.
#[derive(Default)]
struct Uploads {
    begun: usize,
    parts: BTreeMap<String, BTreeMap<u32, Bytes>>,
}

impl Memory {
    /// Creates a store without buckets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a bucket, unless it exists.
    #[must_use]
    pub fn bucket(self, name: impl Into<String>) -> Self {
        self.lock().entry(name.into()).or_default();
        self
    }

    /// Adds an object, and its bucket if necessary.
    #[must_use]
    pub fn with(
        self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl AsRef<[u8]>,
    ) -> Self {
        self.lock()
            .entry(bucket.into())
            .or_default()
            .insert(key.into(), Object::new(body.as_ref().to_vec()));
        self
    }

    /// Returns an object's content as text, if it exists.
    pub fn text(&self, bucket: &str, key: &str) -> Option<String> {
        Some(self.lock().get(bucket)?.get(key)?.text())
    }

    /// Returns the keys of a bucket in ascending order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let buckets = self.lock();
        let keys = buckets.get(bucket).into_iter().flat_map(Bucket::keys);
        keys.cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, bucket: &str, key: &str) -> Result<Object, ObjectError> {
        let buckets = self.lock();
        let bucket = buckets.get(bucket).ok_or(ObjectError::NoSuchBucket)?;
        bucket.get(key).cloned().ok_or(ObjectError::NoSuchKey)
    }

    fn rows(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, ObjectError> {
        let buckets = self.lock();
        let bucket = buckets.get(bucket).ok_or(ObjectError::NoSuchBucket)?;
        let rows = bucket
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix));
        Ok(rows.map(|(key, object)| object.listed(key)).collect())
    }

    fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, bucket: &str) -> Result<String, ObjectError> {
        if !self.lock().contains_key(bucket) {
            return Err(ObjectError::NoSuchBucket);
        }
        let mut uploads = self.uploads();
        uploads.begun += 1;
        let id = uploads.begun.to_string();
        uploads.parts.insert(id.clone(), BTreeMap::new());
        Ok(id)
    }

    fn keep(&self, upload: &Upload, number: u32, body: Bytes) -> Result<String, ObjectError> {
        let mut uploads = self.uploads();
        let parts = uploads.parts.get_mut(&upload.id).ok_or_else(no_upload)?;
        parts.insert(number, body);
        Ok(number.to_string())
    }

    fn complete(&self, upload: &Upload, tags: &[String]) -> Result<(), ObjectError> {
        let Some(parts) = self.uploads().parts.remove(&upload.id) else {
            // It was completed before.
            return self.find(&upload.bucket, &upload.key).map(drop);
        };
        let mut body = Vec::new();
        for (_, part) in parts.iter().take(tags.len()) {
            body.extend_from_slice(part);
        }
        self.write(&upload.bucket, &upload.key, body)
    }

    fn write(&self, bucket: &str, key: &str, body: Vec<u8>) -> Result<(), ObjectError> {
        let mut buckets = self.lock();
        let bucket = buckets.get_mut(bucket).ok_or(ObjectError::NoSuchBucket)?;
        bucket.insert(key.to_owned(), Object::new(body));
        Ok(())
    }
}

impl ObjectStore for Memory {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
        Box::pin(async move { self.find(bucket, key).map(ObjectBody::from) })
    }

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        Box::pin(async move { self.rows(bucket, prefix) })
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        Box::pin(async move { self.write(bucket, key, body) })
    }

    fn multipart(&self) -> Option<&dyn MultipartStore> {
        Some(self)
    }
}

impl MultipartStore for Memory {
    fn begin<'a>(&'a self, bucket: &'a str, _: &'a str) -> ObjectFuture<'a, String> {
        Box::pin(async move { self.begin(bucket) })
    }

    fn part<'a>(
        &'a self,
        upload: &'a Upload,
        number: u32,
        _: u64,
        body: Bytes,
    ) -> ObjectFuture<'a, String> {
        Box::pin(async move { self.keep(upload, number, body) })
    }

    fn complete<'a>(&'a self, upload: &'a Upload, tags: &'a [String]) -> ObjectFuture<'a, ()> {
        Box::pin(async move { self.complete(upload, tags) })
    }
}

fn no_upload() -> ObjectError {
    ObjectError::Other("The specified upload does not exist".to_owned())
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = self.lock();
        let keys = buckets
            .iter()
            .map(|(bucket, objects)| (bucket, objects.keys().collect::<Vec<_>>()));
        f.debug_map().entries(keys).finish()
    }
}
