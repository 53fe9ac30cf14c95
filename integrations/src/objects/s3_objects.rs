//! S3 as an object store: streams the objects that Maps read, and uploads results in parts.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Map, Value as Json, json};
use stepwright_engine::objects::{
    ListedObject, MultipartStore, ObjectBody, ObjectError, ObjectFuture, ObjectStore, Upload,
};

use super::object_list::{ListPage, unreadable};
use super::s3_error::{NO_SUCH_UPLOAD, object_error};
use crate::calls::ServiceCalls;
use crate::client::{CallError, HttpStream, PreparedCall, ServiceClient};
use crate::protocol::Naming;

const S3: &str = "s3";

/// The objects of S3, at an endpoint or at AWS: from them Distributed Maps read their items, and to
/// them they write their results.
///
/// Objects are read as streams and written in parts, so a large one is never in memory as a whole.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_integrations::{Endpoints, ServiceCalls};
/// use stepwright_runtime::Engine;
///
/// let endpoints = Endpoints::new().with("http://127.0.0.1:4566")?;
/// let calls = ServiceCalls::builder().endpoints(endpoints).build();
/// let objects = calls.objects().expect("S3 has an endpoint");
/// let engine = Engine::builder().fallback_tasks(calls).objects(objects).build()?;
/// # let _ = engine;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct S3Objects {
    client: Arc<ServiceClient>,
}

impl ServiceCalls {
    /// Returns the object store of S3, or none if S3 has no endpoint.
    pub fn objects(&self) -> Option<S3Objects> {
        let client = self.client.clone();
        client.serves(S3).then_some(S3Objects { client })
    }
}

impl S3Objects {
    /// Builds a call. All of these operations may be repeated: at most they leave an upload without
    /// parts behind.
    fn prepare(&self, action: &str, parameters: &Json) -> Result<PreparedCall, ObjectError> {
        let naming = Naming::Optimized;
        let prepared = self.client.prepare(S3, action, naming, parameters, "");
        let prepared = prepared.map_err(|error| ObjectError::Other(error.to_string()))?;
        let call = prepared.ok_or_else(|| ObjectError::Other("S3 has no endpoint".to_owned()))?;
        Ok(call.idempotent())
    }

    /// Performs a call, and returns the members of its response.
    async fn call(&self, call: PreparedCall) -> Result<Map<String, Json>, ObjectError> {
        let output = self.client.send(call).await.map_err(object_error)?;
        Ok(output.members)
    }

    async fn open(&self, bucket: &str, key: &str) -> Result<ObjectBody, ObjectError> {
        let call = self.prepare("getObject", &json!({"Bucket": bucket, "Key": key}))?;
        let response = self.client.open(call).await.map_err(object_error)?;
        body(response, key)
    }

    async fn read_list(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ListedObject>, ObjectError> {
        // Keys may have characters that XML does not allow.
        let mut parameters = json!({"Bucket": bucket, "Prefix": prefix, "EncodingType": "url"});
        let mut objects = Vec::new();
        let mut tokens = HashSet::new();
        loop {
            let call = self.prepare("listObjectsV2", &parameters)?;
            let page = ListPage::read(&self.call(call).await?)?;
            objects.extend(page.objects);
            let Some(next) = page.next else {
                break;
            };
            parameters["ContinuationToken"] = Json::from(next.clone());
            if !tokens.insert(next) {
                return Err(unreadable("two pages have the same token"));
            }
        }
        // Directory buckets have no order.
        objects.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(objects)
    }

    async fn write(&self, bucket: &str, key: &str, body: Vec<u8>) -> Result<(), ObjectError> {
        let call = self.prepare("putObject", &json!({"Bucket": bucket, "Key": key}))?;
        self.call(call.with_body(Bytes::from(body))).await?;
        Ok(())
    }

    async fn begin_upload(&self, bucket: &str, key: &str) -> Result<String, ObjectError> {
        let parameters = json!({"Bucket": bucket, "Key": key});
        let call = self.prepare("createMultipartUpload", &parameters)?;
        member(self.call(call).await?, "UploadId")
    }

    async fn upload_part(
        &self,
        upload: &Upload,
        number: u32,
        body: Bytes,
    ) -> Result<String, ObjectError> {
        let (bucket, key, id) = (&upload.bucket, &upload.key, &upload.id);
        let parameters =
            json!({"Bucket": bucket, "Key": key, "UploadId": id, "PartNumber": number});
        let call = self.prepare("uploadPart", &parameters)?;
        member(self.call(call.with_body(body)).await?, "ETag")
    }

    async fn complete_upload(&self, upload: &Upload, tags: &[String]) -> Result<(), ObjectError> {
        let (bucket, key, id) = (&upload.bucket, &upload.key, &upload.id);
        let parts: Vec<_> = tags
            .iter()
            .zip(1_u32..)
            .map(|(tag, number)| json!({"ETag": tag, "PartNumber": number}))
            .collect();
        let parameters = json!({
            "Bucket": bucket, "Key": key, "UploadId": id, "MultipartUpload": {"Parts": parts}
        });
        let call = self.prepare("completeMultipartUpload", &parameters)?;
        match self.client.send(call).await {
            Ok(_) => Ok(()),
            // An earlier attempt or process completed it, and did not get the response.
            Err(CallError::Api(error, attempts))
                if error.code == NO_SUCH_UPLOAD && self.has_object(bucket, key).await? =>
            {
                tracing::debug!(bucket, key, attempts, "the upload was completed before");
                Ok(())
            }
            Err(error) => Err(object_error(error)),
        }
    }

    async fn has_object(&self, bucket: &str, key: &str) -> Result<bool, ObjectError> {
        let call = self.prepare("headObject", &json!({"Bucket": bucket, "Key": key}))?;
        match self.client.send(call).await {
            Ok(_) => Ok(true),
            Err(CallError::Api(error, _)) if error.status == 404 => Ok(false),
            Err(error) => Err(object_error(error)),
        }
    }
}

/// How long S3 may take to send the next bytes of an object.
const CHUNK_TIME: Duration = Duration::from_secs(60);

/// Returns the content of a response as a stream.
fn body(response: HttpStream, key: &str) -> Result<ObjectBody, ObjectError> {
    if !response.has_end() {
        return Err(ObjectError::Other(format!(
            "S3 returned the object `{key}` without Content-Length, so an incomplete object cannot be recognized"
        )));
    }
    let size = response.length();
    let chunks = stream::try_unfold(response, async |mut response| {
        let chunk = response.chunk(CHUNK_TIME).await;
        let chunk = chunk.map_err(|error| ObjectError::Other(error.to_string()))?;
        Ok(chunk.map(|chunk| (chunk, response)))
    });
    let body = ObjectBody::new(chunks);
    Ok(match size {
        Some(size) => body.with_size(size),
        None => body,
    })
}

fn member(mut members: Map<String, Json>, name: &str) -> Result<String, ObjectError> {
    match members.remove(name) {
        Some(Json::String(text)) if !text.is_empty() => Ok(text),
        _ => Err(ObjectError::Other(format!(
            "S3 returned a response without `{name}`"
        ))),
    }
}

impl ObjectStore for S3Objects {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
        Box::pin(self.open(bucket, key))
    }

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        Box::pin(self.read_list(bucket, prefix))
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        Box::pin(self.write(bucket, key, body))
    }

    fn multipart(&self) -> Option<&dyn MultipartStore> {
        Some(self)
    }
}

impl MultipartStore for S3Objects {
    fn begin<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, String> {
        Box::pin(self.begin_upload(bucket, key))
    }

    fn part<'a>(
        &'a self,
        upload: &'a Upload,
        number: u32,
        _: u64,
        body: Bytes,
    ) -> ObjectFuture<'a, String> {
        Box::pin(self.upload_part(upload, number, body))
    }

    fn complete<'a>(&'a self, upload: &'a Upload, tags: &'a [String]) -> ObjectFuture<'a, ()> {
        Box::pin(self.complete_upload(upload, tags))
    }
}
