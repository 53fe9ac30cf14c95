use smol_str::SmolStr;

use super::load::Load;
use super::open::Bounds;
use super::reader::{Place, Reader};
use super::tail::Tail;

/// How much of a long object is in memory at a time.
const PIECE: usize = 1 << 20;

/// A request to an object store, made when items need it.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// An object, and how it is loaded.
    Get {
        place: Place,
        load: Load,
        bounds: Bounds,
    },
    /// The next piece of an object, of at least so many bytes if it has them.
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
    /// The first request of a reader; an object may have `most` bytes.
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

    /// The request for what follows a piece of which `rest` bytes are left: a row that is longer than a piece is read in steps that grow
    /// with it.
    pub(super) fn more(tail: &Tail, rest: usize) -> Self {
        Self::More {
            tail: tail.clone(),
            least: rest.max(PIECE),
        }
    }
}
