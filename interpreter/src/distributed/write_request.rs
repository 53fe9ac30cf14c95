//! The write requests of a Map Run to an object store, and the responses.

use bytes::Bytes;
use smol_str::SmolStr;

use super::upload::Upload;

/// A request to write to the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteRequest {
    /// Writes a whole object.
    Object(ObjectFile),
    /// Starts an upload in parts, if the store supports it.
    Begin {
        /// The bucket of the object.
        bucket: SmolStr,
        /// Its key.
        key: SmolStr,
    },
    /// Uploads the part with this number, counted from 1, which begins at this offset of the
    /// object.
    Part {
        /// The upload.
        upload: Upload,
        /// The number of the part.
        number: u32,
        /// Where the part begins in the object.
        offset: u64,
        /// The bytes of the part.
        body: Bytes,
    },
    /// Completes an upload from its parts, which have these tags.
    Complete {
        /// The upload.
        upload: Upload,
        /// The tags of the parts, in order.
        tags: Vec<String>,
    },
}

impl WriteRequest {
    /// Returns the response of a store that writes only whole objects.
    pub fn whole_object_response(&self) -> WriteResponse {
        match self {
            Self::Object(_) | Self::Complete { .. } => WriteResponse::Object,
            Self::Begin { .. } => WriteResponse::Begun(None),
            Self::Part { .. } => WriteResponse::Part(SmolStr::default()),
        }
    }
}

/// An object to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFile {
    /// The bucket.
    pub bucket: SmolStr,
    /// The key.
    pub key: SmolStr,
    /// The content.
    pub body: Vec<u8>,
}

/// The response to a [`WriteRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteResponse {
    /// The object is complete.
    Object,
    /// The id of an upload; `None` from a store that writes whole objects only.
    Begun(Option<SmolStr>),
    /// A part's tag.
    Part(SmolStr),
}
