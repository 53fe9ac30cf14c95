//! Performs the write requests of the interpreter.

use stepwright_interpreter::distributed::{WriteRequest, WriteResponse};

use super::{MultipartStore, ObjectError, ObjectStore};

/// Executes a request.
pub(crate) async fn write(
    store: &dyn ObjectStore,
    request: WriteRequest,
) -> Result<WriteResponse, ObjectError> {
    match request {
        WriteRequest::Object(file) => {
            store.put(&file.bucket, &file.key, file.body).await?;
            Ok(WriteResponse::Object)
        }
        WriteRequest::Begin { bucket, key } => match store.multipart() {
            None => Ok(WriteResponse::Begun(None)),
            Some(parts) => {
                let id = parts.begin(&bucket, &key).await?;
                Ok(WriteResponse::Begun(Some(id.into())))
            }
        },
        WriteRequest::Part {
            upload,
            number,
            offset,
            body,
        } => {
            let parts = multipart(store)?;
            let tag = parts.part(&upload, number, offset, body).await?;
            Ok(WriteResponse::Part(tag.into()))
        }
        WriteRequest::Complete { upload, tags } => {
            multipart(store)?.complete(&upload, &tags).await?;
            Ok(WriteResponse::Object)
        }
    }
}

/// Returns the store's interface for uploads. Fails if an earlier process started one and this
/// store does not support it.
fn multipart(store: &dyn ObjectStore) -> Result<&dyn MultipartStore, ObjectError> {
    store.multipart().ok_or_else(|| {
        ObjectError::Other(
            "The results were started as a multipart upload, which this object store does not support; give the engine the object store that it had before"
                .to_owned(),
        )
    })
}
