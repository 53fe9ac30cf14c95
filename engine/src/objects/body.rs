//! The content of an object as a stream with a limited length.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt};

use super::{Object, ObjectError};

/// The content of an object that is being read: a stream of chunks, so that the whole content need
/// not be in memory.
///
/// The reader stops as soon as the content exceeds a limit, or before reading if the store knows
/// [the size](Self::with_size).
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use bytes::Bytes;
/// use stepwright_runtime::objects::{ObjectBody, ObjectError};
///
/// // Content that a store has in memory.
/// assert_eq!(ObjectBody::from("all of it").read(1_000).await.unwrap(), "all of it");
///
/// // Content that arrives in pieces: any stream of bytes, such as that of an HTTP response.
/// let chunks = ["a,b\n", "1,2\n"].map(|chunk| Ok::<_, ObjectError>(Bytes::from(chunk)));
/// let body = ObjectBody::new(futures_util::stream::iter(chunks)).with_size(8);
/// assert_eq!(body.read(7).await, Err(ObjectError::TooLarge(7)));
/// # }
/// ```
pub struct ObjectBody {
    size: Option<u64>,
    chunks: Pin<Box<dyn Stream<Item = Result<Bytes, ObjectError>> + Send>>,
}

impl ObjectBody {
    /// Creates a body from a stream.
    pub fn new(chunks: impl Stream<Item = Result<Bytes, ObjectError>> + Send + 'static) -> Self {
        Self {
            size: None,
            chunks: Box::pin(chunks),
        }
    }

    /// Sets the length in bytes, if the store knows it before the content is read.
    #[must_use]
    pub fn with_size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Returns the length in bytes, if the store knows it.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Reads the whole content, of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// [`ObjectError::TooLarge`], as soon as it is known, or another error of the store.
    pub async fn read(mut self, most: u64) -> Result<Bytes, ObjectError> {
        self.check(most)?;
        let Some(first) = self.next().await.transpose()? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.next().await.transpose()? else {
            // A single chunk is not copied.
            return within(most, first.len()).map(|()| first);
        };
        let mut all = BytesMut::with_capacity(self.expected(most));
        for chunk in [first, second] {
            within(most, all.len().saturating_add(chunk.len()))?;
            all.extend_from_slice(&chunk);
        }
        while let Some(chunk) = self.next().await.transpose()? {
            within(most, all.len().saturating_add(chunk.len()))?;
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Checks the size against a limit, if the store knows it.
    pub(crate) fn check(&self, most: u64) -> Result<(), ObjectError> {
        match self.size {
            Some(size) if size > most => Err(ObjectError::TooLarge(most)),
            _ => Ok(()),
        }
    }

    /// Returns the capacity to reserve before reading. The store may report a wrong size, so it is
    /// limited.
    fn expected(&self, most: u64) -> usize {
        const REASON: u64 = 1 << 30;
        let size = self.size.unwrap_or(0).min(most).min(REASON);
        usize::try_from(size).unwrap_or(0)
    }
}

fn within(most: u64, length: usize) -> Result<(), ObjectError> {
    match u64::try_from(length) {
        Ok(length) if length <= most => Ok(()),
        _ => Err(ObjectError::TooLarge(most)),
    }
}

impl Stream for ObjectBody {
    type Item = Result<Bytes, ObjectError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.chunks.size_hint()
    }
}

impl From<Bytes> for ObjectBody {
    fn from(bytes: Bytes) -> Self {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self::new(stream::iter([Ok(bytes)])).with_size(size)
    }
}

impl From<Vec<u8>> for ObjectBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl From<String> for ObjectBody {
    fn from(text: String) -> Self {
        Self::from(Bytes::from(text))
    }
}

impl From<&'static str> for ObjectBody {
    fn from(text: &'static str) -> Self {
        Self::from(Bytes::from_static(text.as_bytes()))
    }
}

impl From<Object> for ObjectBody {
    fn from(object: Object) -> Self {
        Self::from(object.body)
    }
}

impl fmt::Debug for ObjectBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectBody")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
