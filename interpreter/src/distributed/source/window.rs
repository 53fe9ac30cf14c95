//! A buffer for the bytes of an object from which rows are read.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::unread_object::{Piece, UnreadObject};

/// The part of an object's content that is in memory: the whole content, or the piece from which
/// rows are being taken.
#[derive(Clone, Debug)]
pub(super) struct Window {
    bytes: Bytes,
    at: usize,
    /// The content that follows, if any.
    unread: Option<Arc<dyn UnreadObject>>,
}

impl Window {
    /// Creates a window of the whole content.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self {
            bytes,
            at: 0,
            unread: None,
        }
    }

    /// Creates a window of the first piece of longer content.
    pub(super) fn first(piece: Piece, unread: Arc<dyn UnreadObject>) -> Self {
        Self {
            bytes: piece.bytes,
            at: 0,
            unread: (!piece.is_last).then_some(unread),
        }
    }

    /// Returns the remaining bytes.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Returns whether nothing follows the remaining bytes.
    pub(super) fn is_last(&self) -> bool {
        self.unread.is_none()
    }

    pub(super) fn take(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// Returns the unread part of the object and the number of remaining bytes before it.
    pub(super) fn following(&self) -> Option<(&Arc<dyn UnreadObject>, usize)> {
        Some((self.unread.as_ref()?, self.rest().len()))
    }

    /// Appends the next piece.
    pub(super) fn add(&mut self, piece: Piece) {
        let rest = self.rest();
        self.bytes = if rest.is_empty() {
            piece.bytes
        } else {
            let mut bytes = BytesMut::with_capacity(rest.len() + piece.bytes.len());
            bytes.extend_from_slice(rest);
            bytes.extend_from_slice(&piece.bytes);
            bytes.freeze()
        };
        self.at = 0;
        if piece.is_last {
            self.unread = None;
        }
    }
}
