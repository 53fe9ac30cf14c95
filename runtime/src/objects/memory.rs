use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Listed, Object, ObjectBody, ObjectError, ObjectFuture, ObjectStore};

/// Objects in memory. Clones are the same store, so a test keeps one and looks at what was written.
///
/// A bucket is there once it was named with [`bucket`](Self::bucket) or something was put into it with
/// [`with`](Self::with). An execution that writes to another one fails, as it does on S3.
///
/// ```
/// use stepwright_runtime::objects::Memory;
///
/// let store = Memory::new().bucket("results").with("data", "rows.jsonl", "1\n2\n");
/// assert_eq!(store.text("data", "rows.jsonl").as_deref(), Some("1\n2\n"));
/// assert_eq!(store.keys("results"), [""; 0]);
/// ```
#[derive(Clone, Default)]
pub struct Memory {
    buckets: Arc<Mutex<BTreeMap<String, Bucket>>>,
}

type Bucket = BTreeMap<String, Object>;

impl Memory {
    /// A store without buckets.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same store with a bucket, empty unless it is there already.
    #[must_use]
    pub fn bucket(self, name: impl Into<String>) -> Self {
        self.lock().entry(name.into()).or_default();
        self
    }

    /// The same store with an object, and with its bucket.
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

    /// An object's content as text, if there is one.
    pub fn text(&self, bucket: &str, key: &str) -> Option<String> {
        Some(self.lock().get(bucket)?.get(key)?.text())
    }

    /// The keys of a bucket in ascending order.
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

    fn rows(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, ObjectError> {
        let buckets = self.lock();
        let bucket = buckets.get(bucket).ok_or(ObjectError::NoSuchBucket)?;
        let rows = bucket
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix));
        Ok(rows.map(|(key, object)| object.listed(key)).collect())
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

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<Listed>> {
        Box::pin(async move { self.rows(bucket, prefix) })
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        Box::pin(async move { self.write(bucket, key, body) })
    }
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
