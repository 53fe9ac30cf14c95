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
        place: ObjectRef,
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
    /// Returns the first request of a reader; an object may have at most `most` bytes.
    pub(super) fn of(reader: &ItemReader, most: u64) -> Self {
        let get = |place: &ObjectRef, load| Self::Get {
            place: place.clone(),
            load,
            bounds: ReadLimits { most, piece: PIECE },
        };
        match reader {
            ItemReader::Object { place, format } => get(place, ObjectLoad::Rows(format.clone())),
            ItemReader::Inventory { place } => get(place, ObjectLoad::Inventory),
            ItemReader::Athena { place, format } => get(place, ObjectLoad::Athena(format.clone())),
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
