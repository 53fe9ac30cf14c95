use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

use super::content_version::{Checksum, ContentVersion};
use super::open_object::{LoadError, OpenObject};

/// The unread part of an object. It is read piece by piece, so that the whole object is never in memory.
///
/// Clones share it. It is absent while a piece is being read, and after that reading was cancelled: then the object must be read again.
#[derive(Clone)]
pub(crate) struct Tail {
    rest: Arc<Mutex<Option<UnreadContent>>>,
}

struct UnreadContent {
    open: OpenObject,
    /// The checksum of the bytes that were read, and the version of the first reading.
    read: Checksum,
    whole: ContentVersion,
}

/// A piece of an object, and whether it is the last one.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(super) bytes: Bytes,
    pub(super) is_last: bool,
}

impl Tail {
    /// Reads the first piece of an object, of at least `least` bytes.
    pub(super) async fn begin(
        open: OpenObject,
        whole: ContentVersion,
        least: usize,
    ) -> Result<(Piece, Self), LoadError> {
        let read = Checksum::default();
        let mut rest = UnreadContent { open, read, whole };
        let piece = rest.read(least).await?;
        let rest = Arc::new(Mutex::new(Some(rest)));
        Ok((piece, Self { rest }))
    }

    /// Returns whether it can be read.
    pub(super) fn is_there(&self) -> bool {
        self.lock().is_some()
    }

    /// Reads the next piece, of at least `least` bytes unless the object ends before.
    pub(crate) async fn read(self, least: usize) -> Result<Piece, LoadError> {
        let rest = self.lock().take();
        let Some(mut rest) = rest else {
            return Err(LoadError::File(
                "The rest of an object that was being read is gone".to_owned(),
            ));
        };
        let piece = rest.read(least).await?;
        *self.lock() = Some(rest);
        Ok(piece)
    }

    fn lock(&self) -> MutexGuard<'_, Option<UnreadContent>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnreadContent {
    async fn read(&mut self, least: usize) -> Result<Piece, LoadError> {
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

    fn piece(&self, bytes: Bytes, is_last: bool) -> Result<Piece, LoadError> {
        if is_last && self.read.version() != self.whole {
            return Err(self.open.changed());
        }
        Ok(Piece { bytes, is_last })
    }
}

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tail").finish_non_exhaustive()
    }
}
