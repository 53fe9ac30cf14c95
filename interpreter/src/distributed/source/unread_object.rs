//! Large objects in pieces: the interface between the interpreter and its caller.

use std::any::Any;
use std::fmt::Debug;

use bytes::Bytes;

/// The part of an object that the caller has not read yet.
///
/// The interpreter keeps it, and returns it in [`SourceRequest::More`](super::SourceRequest::More)
/// when it needs more rows. The caller finds its own type again with [`Any`]. It can close the
/// object when this value is dropped.
pub trait UnreadObject: Any + Debug + Send + Sync {
    /// Returns whether it can be read. If not, because an earlier reading was cancelled, the
    /// interpreter requests the whole object again.
    fn is_available(&self) -> bool;
}

/// A piece of an object, and whether it is the last one.
#[derive(Debug)]
pub struct Piece {
    /// The decompressed bytes.
    pub bytes: Bytes,
    /// Whether the object ends with this piece.
    pub is_last: bool,
}
