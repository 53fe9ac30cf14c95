use smol_str::SmolStr;

use super::item_reader::{ItemReader, ObjectRef};
use super::object_load::ObjectLoad;
use super::open_object::ReadLimits;
use super::tail::Tail;

/// How many bytes of a long object are in memory at a time.
const PIECE: usize = 1 << 20;

/// A request to an object store, made when items need it.
#[derive(Clone, Debug)]
pub(crate) enum SourceRequest {
    /// Reads an object, with its format.
    Get {
        object_ref: ObjectRef,
        load: ObjectLoad,
        bounds: ReadLimits,
    },
    /// Reads the next piece of an object: at least this many bytes, unless it ends before.
    More {
        tail: Tail,
        least: usize,
    },
    List {
        bucket: SmolStr,
        prefix: SmolStr,
    },
}

impl SourceRequest {
    /// Returns the first request of a reader; an object may have at most `max_bytes` bytes.
    pub(super) fn of(reader: &ItemReader, max_bytes: u64) -> Self {
        let get = |object_ref: &ObjectRef, load| Self::Get {
            object_ref: object_ref.clone(),
            load,
            bounds: ReadLimits {
                max_bytes,
                piece: PIECE,
            },
        };
        match reader {
            ItemReader::Object { object_ref, format } => {
                get(object_ref, ObjectLoad::Rows(format.clone()))
            }
            ItemReader::Inventory { object_ref } => get(object_ref, ObjectLoad::Inventory),
            ItemReader::Athena { object_ref, format } => {
                get(object_ref, ObjectLoad::Athena(format.clone()))
            }
            ItemReader::List(list) => Self::List {
                bucket: list.bucket.clone(),
                prefix: list.prefix.clone(),
            },
        }
    }

    /// Returns the request for the piece after one with `rest` remaining bytes. For a row that is longer than a piece, the size of the pieces
    /// grows with the row.
    pub(super) fn more(tail: &Tail, rest: usize) -> Self {
        Self::More {
            tail: tail.clone(),
            least: rest.max(PIECE),
        }
    }
}
