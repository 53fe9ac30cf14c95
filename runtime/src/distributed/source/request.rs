use smol_str::SmolStr;

use super::load::Load;
use super::open::Bounds;
use super::reader::{Place, Reader};
use super::tail::Tail;

/// How many bytes of a long object are in memory at a time.
const PIECE: usize = 1 << 20;

/// A request to an object store, made when items need it.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// Reads an object, with its format.
    Get {
        place: Place,
        load: Load,
        bounds: Bounds,
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

impl Request {
    /// Returns the first request of a reader; an object may have at most `most` bytes.
    pub(super) fn of(reader: &Reader, most: u64) -> Self {
        let get = |place: &Place, load| Self::Get {
            place: place.clone(),
            load,
            bounds: Bounds { most, piece: PIECE },
        };
        match reader {
            Reader::Object { place, format } => get(place, Load::Rows(format.clone())),
            Reader::Inventory { place } => get(place, Load::Inventory),
            Reader::Athena { place, format } => get(place, Load::Athena(format.clone())),
            Reader::List(list) => Self::List {
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
