use bytes::Bytes;
use smol_str::SmolStr;

use crate::objects::{MultipartStore, ObjectError, ObjectStore, Upload};

/// A request to write to the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WriteRequest {
    /// Writes a whole object.
    Object(ObjectFile),
    /// Starts an upload in parts, if the store supports it.
    Begin { bucket: SmolStr, key: SmolStr },
    /// Uploads the part with this number, counted from 1, which begins at this offset of the object.
    Part {
        upload: Upload,
        number: u32,
        offset: u64,
        body: Bytes,
    },
    /// Completes an upload from its parts, which have these tags.
    Complete { upload: Upload, tags: Vec<String> },
}

impl WriteRequest {
    /// Returns the response of a store that writes only whole objects.
    pub(crate) fn whole_object_response(&self) -> WriteResponse {
        match self {
            Self::Object(_) | Self::Complete { .. } => WriteResponse::Object,
            Self::Begin { .. } => WriteResponse::Begun(None),
            Self::Part { .. } => WriteResponse::Part(SmolStr::default()),
        }
    }

    /// Executes the request.
    pub(crate) async fn into(self, store: &dyn ObjectStore) -> Result<WriteResponse, ObjectError> {
        match self {
            Self::Object(file) => {
                store.put(&file.bucket, &file.key, file.body).await?;
                Ok(WriteResponse::Object)
            }
            Self::Begin { bucket, key } => match store.multipart() {
                None => Ok(WriteResponse::Begun(None)),
                Some(parts) => {
                    let id = parts.begin(&bucket, &key).await?;
                    Ok(WriteResponse::Begun(Some(id.into())))
                }
            },
            Self::Part {
                upload,
                number,
                offset,
                body,
            } => {
                let tag = parts(store)?.part(&upload, number, offset, body).await?;
                Ok(WriteResponse::Part(tag.into()))
            }
            Self::Complete { upload, tags } => {
                parts(store)?.complete(&upload, &tags).await?;
                Ok(WriteResponse::Object)
            }
        }
    }
}

/// Returns the store's interface for uploads. Fails if an earlier process started one and this store does not support it.
fn parts(store: &dyn ObjectStore) -> Result<&dyn MultipartStore, ObjectError> {
    store.multipart().ok_or_else(|| {
        ObjectError::Other(
            "The results were started as a multipart upload, which this object store does not support; give the engine the object store that it had before"
                .to_owned(),
        )
    })
}

/// An object to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectFile {
    pub(crate) bucket: SmolStr,
    pub(crate) key: SmolStr,
    pub(crate) body: Vec<u8>,
}

/// The response to a [`WriteRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WriteResponse {
    /// The object is complete.
    Object,
    /// The id of an upload; `None` from a store that writes whole objects only.
    Begun(Option<SmolStr>),
    /// A part's tag.
    Part(SmolStr),
}
