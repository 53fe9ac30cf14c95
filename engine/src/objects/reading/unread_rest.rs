//! Reads a large object in pieces, and detects that it has changed between two of them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use stepwright_interpreter::distributed::{Checksum, ContentVersion, Piece, UnreadObject};

use super::open_object::OpenObject;
use super::read_error::ReadError;

/// The unread rest of an object. It is read piece by piece, so that the whole object is never in
/// memory.
///
/// Its content is absent while a piece is being read, and after that reading was cancelled: then
/// the object must be read again.
pub(super) struct UnreadRest(Mutex<Option<UnreadContent>>);

struct UnreadContent {
    open: OpenObject,
    /// The checksum of the bytes that were read, and the version of the first reading.
    read: Checksum,
    whole: ContentVersion,
}

impl UnreadRest {
    /// Reads the first piece of an object, of at least `least` bytes.
    pub(super) async fn begin(
        open: OpenObject,
        whole: ContentVersion,
        least: usize,
    ) -> Result<(Piece, Arc<Self>), ReadError> {
        let read = Checksum::default();
        let mut content = UnreadContent { open, read, whole };
        let piece = content.read(least).await?;
        Ok((piece, Arc::new(Self(Mutex::new(Some(content))))))
    }

    /// Reads the next piece, of at least `least` bytes unless the object ends before.
    pub(super) async fn read(&self, least: usize) -> Result<Piece, ReadError> {
        let content = self.lock().take();
        let mut content = content.ok_or_else(ReadError::rest_is_gone)?;
        let piece = content.read(least).await?;
        *self.lock() = Some(content);
        Ok(piece)
    }

    fn lock(&self) -> MutexGuard<'_, Option<UnreadContent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnreadContent {
    async fn read(&mut self, least: usize) -> Result<Piece, ReadError> {
        let mut piece = BytesMut::new();
        let mut is_last = false;
        while piece.len() < least && !is_last {
            let bytes;
            (bytes, is_last) = self.open.chunk().await?;
            self.read.add(&bytes);
            if piece.is_empty() && (bytes.len() >= least || is_last) {
                // A single chunk is not copied.
                return self.piece(bytes, is_last);
            }
            piece.extend_from_slice(&bytes);
        }
        self.piece(piece.freeze(), is_last)
    }

    fn piece(&self, bytes: Bytes, is_last: bool) -> Result<Piece, ReadError> {
        if is_last && self.read.version() != self.whole {
            return Err(ReadError::changed(self.open.key()));
        }
        Ok(Piece { bytes, is_last })
    }
}

impl UnreadObject for UnreadRest {
    fn is_available(&self) -> bool {
        self.lock().is_some()
    }
}

impl fmt::Debug for UnreadRest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadRest").finish_non_exhaustive()
    }
}
