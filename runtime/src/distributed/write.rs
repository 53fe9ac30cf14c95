use bytes::Bytes;
use smol_str::SmolStr;

use crate::objects::{InParts, ObjectError, ObjectStore, Upload};

/// What the object store is asked to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// An object as a whole.
    Object(File),
    /// The first request for an object that is written in parts, where the store does that.
    Begin { bucket: SmolStr, key: SmolStr },
    /// The part with this number, from 1 on, which begins at this byte of the object.
    Part {
        upload: Upload,
        number: u32,
        offset: u64,
        body: Bytes,
    },
    /// The last request: the object is there with all of its parts, whose tags these are.
    Complete { upload: Upload, tags: Vec<String> },
}

impl Write {
    /// The answer where nothing is written in parts.
    pub(crate) fn wholly(&self) -> Wrote {
        match self {
            Self::Object(_) | Self::Complete { .. } => Wrote::Object,
            Self::Begin { .. } => Wrote::Begun(None),
            Self::Part { .. } => Wrote::Part(SmolStr::default()),
        }
    }

    /// Does it.
    pub(crate) async fn into(self, store: &dyn ObjectStore) -> Result<Wrote, ObjectError> {
        match self {
            Self::Object(file) => {
                store.put(&file.bucket, &file.key, file.body).await?;
                Ok(Wrote::Object)
            }
            Self::Begin { bucket, key } => match store.in_parts() {
                None => Ok(Wrote::Begun(None)),
                Some(parts) => {
                    let id = parts.begin(&bucket, &key).await?;
                    Ok(Wrote::Begun(Some(id.into())))
                }
            },
            Self::Part {
                upload,
                number,
                offset,
                body,
            } => {
                let tag = parts(store)?.part(&upload, number, offset, body).await?;
                Ok(Wrote::Part(tag.into()))
            }
            Self::Complete { upload, tags } => {
                parts(store)?.complete(&upload, &tags).await?;
                Ok(Wrote::Object)
            }
        }
    }
}

/// An upload that was begun goes on in the same way.
fn parts(store: &dyn ObjectStore) -> Result<&dyn InParts, ObjectError> {
    store.in_parts().ok_or_else(|| {
        ObjectError::Other(
            "The results were begun in parts, which this object store does not take; give the engine the store that it had"
                .to_owned(),
        )
    })
}

/// An object to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bucket: SmolStr,
    pub(crate) key: SmolStr,
    pub(crate) body: Vec<u8>,
}

/// The answer to a [`Write`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// The object is there.
    Object,
    /// The id of an upload; `None` from a store that writes whole objects only.
    Begun(Option<SmolStr>),
    /// A part's tag.
    Part(SmolStr),
}
