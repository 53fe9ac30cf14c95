use smol_str::SmolStr;

use super::load::Load;
use super::reader::{Place, Reader};

/// A request to an object store, made when items need it.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// An object of at most `most` bytes, and how it is loaded.
    Get {
        place: Place,
        load: Load,
        most: u64,
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
            most,
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
}
