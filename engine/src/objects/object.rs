//! An object whose content is in memory, and its entry in the list of a bucket.

use bytes::Bytes;

use super::ListedObject;

/// An object's content, as a whole in memory. Clones share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The bytes.
    pub body: Bytes,
}

impl Object {
    /// Creates an object of these bytes.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self { body: body.into() }
    }

    /// Returns the content as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the entry of this object in a list. Its entity tag is the MD5 digest of the content,
    /// as on S3.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::objects::Object;
    ///
    /// let row = Object::new("{}").listed("in/a.json");
    /// assert_eq!((row.size, row.storage_class.as_str()), (2, "STANDARD"));
    /// assert_eq!(row.etag, "\"99914b932bd37a50b983c5e7c90ae93b\"");
    /// ```
    pub fn listed(&self, key: impl Into<String>) -> ListedObject {
        let digest = md5::compute(&self.body);
        let size = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        ListedObject::new(key, size, format!("\"{digest:x}\""))
    }
}
