//! An object that is being read: its content, chunk by chunk.

use bytes::Bytes;
use futures_util::stream::StreamExt;
use smol_str::SmolStr;

use super::compression::{Compression, Gzip};
use super::item_reader::ObjectRef;
use crate::blocking;
use crate::objects::{ObjectBody, ObjectError, ObjectStore};

/// Why an object could not be read.
#[derive(Debug)]
pub(crate) enum LoadError {
    Store(ObjectError),
    /// The cause of the state's failure.
    File(String),
}

/// The limits for reading an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    /// The maximum bytes of its decompressed content.
    pub(crate) max_bytes: u64,
    /// Shorter content is read into memory as a whole; of longer content, pieces of about this length.
    pub(crate) piece: usize,
}

/// An object that is being read.
pub(super) struct OpenObject {
    key: SmolStr,
    body: ObjectBody,
    gzip: Option<Gzip>,
    /// Compressed bytes that were read and are not decompressed yet.
    compressed: Bytes,
}

/// How many compressed bytes are decompressed at a time. They may expand by a factor of a thousand.
const COMPRESSED: usize = 16 * 1024;

impl OpenObject {
    /// Opens an object for reading.
    pub(super) async fn new(
        store: &dyn ObjectStore,
        object_ref: &ObjectRef,
        bounds: ReadLimits,
    ) -> Result<Self, LoadError> {
        let key = object_ref.key.clone();
        let body = store.get(&object_ref.bucket, &key).await;
        let body = body.map_err(LoadError::Store)?;
        let gzip = match Compression::of(&key).map_err(LoadError::File)? {
            Compression::None => {
                let checked = body.check(bounds.max_bytes);
                checked.map_err(|_| too_large(&key, bounds.max_bytes))?;
                None
            }
            Compression::Gzip => Some(Gzip::new(key.clone(), bounds.max_bytes)),
        };
        Ok(Self {
            key,
            body,
            gzip,
            compressed: Bytes::new(),
        })
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.gzip.is_some()
    }

    /// Returns the whole content of an uncompressed object of at most `max_bytes` bytes.
    pub(super) async fn read_whole(self, max_bytes: u64) -> Result<Bytes, LoadError> {
        self.body
            .read(max_bytes)
            .await
            .map_err(|error| match error {
                ObjectError::TooLarge(_) => too_large(&self.key, max_bytes),
                error => LoadError::Store(error),
            })
    }

    /// Returns the next decompressed bytes, and whether they are the last ones.
    pub(super) async fn chunk(&mut self) -> Result<(Bytes, bool), LoadError> {
        if self.compressed.is_empty() {
            let next = self.body.next().await.transpose();
            let Some(chunk) = next.map_err(LoadError::Store)? else {
                let rest = self.gzip.take().map(Gzip::finish).transpose();
                return Ok((rest.map_err(LoadError::File)?.unwrap_or_default(), true));
            };
            if self.gzip.is_none() {
                return Ok((chunk, false));
            }
            self.compressed = chunk;
        }
        let length = self.compressed.len().min(COMPRESSED);
        let compressed = self.compressed.split_to(length);
        let Some(mut gzip) = self.gzip.take() else {
            return Ok((compressed, false));
        };
        let expanded = blocking::run(move || {
            let bytes = gzip.expand(&compressed)?;
            Ok((bytes, gzip))
        });
        let expanded = expanded.await;
        let expanded =
            expanded.map_err(|reason| LoadError::File(broken_off(&self.key, &reason)))?;
        let (bytes, gzip) = expanded.map_err(LoadError::File)?;
        self.gzip = Some(gzip);
        Ok((bytes, false))
    }

    /// Returns the failure for an object that changed after its reading began.
    pub(super) fn changed(&self) -> LoadError {
        let key = &self.key;
        LoadError::File(format!(
            "The file {key} was changed while its items were being read"
        ))
    }

    pub(super) fn too_large(&self, max_bytes: u64) -> LoadError {
        too_large(&self.key, max_bytes)
    }
}

pub(super) fn broken_off(key: &str, reason: &str) -> String {
    format!("Reading the file {key} was interrupted: {reason}")
}

pub(super) fn too_large(key: &str, max_bytes: u64) -> LoadError {
    LoadError::File(format!("The file {key} has more than {max_bytes} bytes"))
}
