//! An object that is being read: its content, chunk by chunk.

use bytes::Bytes;
use futures_util::stream::StreamExt;
use smol_str::SmolStr;
use stepwright_interpreter::distributed::{ObjectRef, ReadLimits};

use super::gzip::{Compression, Gzip};
use super::read_error::ReadError;
use crate::blocking;
use crate::objects::{ObjectBody, ObjectError, ObjectStore};

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
        limits: ReadLimits,
    ) -> Result<Self, ReadError> {
        let key = object_ref.key.clone();
        let body = store.get(&object_ref.bucket, &key).await;
        let body = body.map_err(ReadError::Store)?;
        let gzip = match Compression::of(&key).map_err(ReadError::File)? {
            Compression::None => {
                let checked = body.check(limits.max_bytes);
                checked.map_err(|_| ReadError::too_large(&key, limits.max_bytes))?;
                None
            }
            Compression::Gzip => Some(Gzip::new(key.clone(), limits.max_bytes)),
        };
        Ok(Self {
            key,
            body,
            gzip,
            compressed: Bytes::new(),
        })
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.gzip.is_some()
    }

    /// Returns the whole content of an uncompressed object of at most `max_bytes` bytes.
    pub(super) async fn read_whole(self, max_bytes: u64) -> Result<Bytes, ReadError> {
        self.body
            .read(max_bytes)
            .await
            .map_err(|error| match error {
                ObjectError::TooLarge(_) => ReadError::too_large(&self.key, max_bytes),
                error => ReadError::Store(error),
            })
    }

    /// Returns the next decompressed bytes, and whether they are the last ones.
    pub(super) async fn chunk(&mut self) -> Result<(Bytes, bool), ReadError> {
        if self.compressed.is_empty() {
            let next = self.body.next().await.transpose();
            let Some(chunk) = next.map_err(ReadError::Store)? else {
                let rest = self.gzip.take().map(Gzip::finish).transpose();
                return Ok((rest.map_err(ReadError::File)?.unwrap_or_default(), true));
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
        let expanded = expanded.map_err(|reason| ReadError::interrupted(&self.key, &reason))?;
        let (bytes, gzip) = expanded.map_err(ReadError::File)?;
        self.gzip = Some(gzip);
        Ok((bytes, false))
    }
}
