//! The read requests of a Map Run to an object store.

use std::sync::Arc;

use smol_str::SmolStr;

use super::item_reader::{ItemReader, ObjectRef};
use super::object_load::ObjectLoad;
use super::unread_object::UnreadObject;

/// How many bytes of a long object are in memory at a time.
const PIECE: usize = 1 << 20;

/// A request to an object store, made when items need it.
#[derive(Clone, Debug)]
pub enum SourceRequest {
    /// Reads an object, with its format.
    Get {
        /// The object.
        object_ref: ObjectRef,
        /// Parses its content.
        load: ObjectLoad,
        /// The limits for its content.
        limits: ReadLimits,
    },
    /// Reads the next piece of an object: at least this many bytes, unless it ends before.
    More {
        /// The unread rest, which an earlier response contained.
        rest: Arc<dyn UnreadObject>,
        /// The least number of bytes.
        least: usize,
    },
    /// Lists the objects of a bucket.
    List {
        /// The bucket.
        bucket: SmolStr,
        /// The beginning of the keys.
        prefix: SmolStr,
    },
}

/// The limits for reading an object.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimits {
    /// The maximum bytes of its decompressed content.
    pub max_bytes: u64,
    /// Shorter content is read into memory as a whole; of longer content, pieces of about this
    /// length.
    pub piece: usize,
}

impl SourceRequest {
    /// Returns the first request of a reader; an object may have at most `max_bytes` bytes.
    pub(super) fn of(reader: &ItemReader, max_bytes: u64) -> Self {
        let get = |object_ref: &ObjectRef, load| Self::Get {
            object_ref: object_ref.clone(),
            load,
            limits: ReadLimits {
                max_bytes,
                piece: PIECE,
            },
        };
        match reader {
            ItemReader::Object { object_ref, format } => {
                get(object_ref, ObjectLoad::rows(format.clone()))
            }
            ItemReader::Inventory { object_ref } => get(object_ref, ObjectLoad::inventory()),
            ItemReader::Athena { object_ref, format } => {
                get(object_ref, ObjectLoad::athena(format.clone()))
            }
            ItemReader::List(list) => Self::List {
                bucket: list.bucket.clone(),
                prefix: list.prefix.clone(),
            },
        }
    }

    /// Returns the request for the piece after one with `rest` remaining bytes. For a row that is
    /// longer than a piece, the size of the pieces grows with the row.
    pub(super) fn more(unread: &Arc<dyn UnreadObject>, rest: usize) -> Self {
        Self::More {
            rest: Arc::clone(unread),
            least: rest.max(PIECE),
        }
    }
}
