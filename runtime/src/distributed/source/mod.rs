//! Items one at a time, from wherever they are.
//!
//! [`Items`] is plain data that is pulled. It never waits: when it needs an object it says so, and goes on once it
//! is given one. So a Map of a hundred thousand rows holds the file and the rows that run, not the rows to come.

mod compression;
mod csv;
mod json;
mod lines;
mod load;
mod manifest;
mod rows;
record!(struct Items { ahead, rows, source, next, most, object_bytes });
record!(enum Reader {
    0 => Object { place, format },
    1 => List(list),
    2 => Inventory { place },
    3 => Athena { place, format },
});
record!(struct Place { bucket, key });
record!(struct List { bucket, prefix, delimiter, start_after, load });
record!(enum Format { 0 => Json { pointer }, 1 => JsonLines, 2 => Csv { delimiter, header }, 3 => Parquet });
record!(enum Header { 0 => FirstRow, 1 => Given(names) });

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use smol_str::SmolStr;

pub(crate) use self::json::Pointer;
pub(crate) use self::load::{Load, LoadError, Loaded};

use self::rows::Rows;
use super::item::Item;
use crate::objects::Listed;
use crate::record::record;
use crate::value::Value;

/// An ItemReader whose parameters are known.
#[derive(Clone, Debug)]
pub(crate) enum Reader {
    /// The items are in one object.
    Object { place: Place, format: Format },
    /// The items are what a bucket's list gives.
    List(List),
    /// The items are the rows of an S3 inventory.
    Inventory { place: Place },
    /// The items are in the objects that an Athena manifest lists.
    Athena { place: Place, format: Format },
}

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: SmolStr,
    pub(crate) key: SmolStr,
}

impl Place {
    /// `Map.Item.Source` of what is read there.
    fn uri(&self) -> SmolStr {
        format!("s3://{}/{}", self.bucket, self.key).into()
    }
}

/// The rows of a bucket's list, or what is in the objects that it lists.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) bucket: SmolStr,
    pub(crate) prefix: SmolStr,
    /// Keys that have it behind the prefix are left out.
    pub(crate) delimiter: Option<SmolStr>,
    /// Only keys behind it.
    pub(crate) start_after: Option<SmolStr>,
    /// LOAD_AND_FLATTEN: what the objects hold.
    pub(crate) load: Option<Format>,
}

/// What an object holds.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    Json { pointer: Option<Pointer> },
    JsonLines,
    Csv { delimiter: u8, header: Header },
    Parquet,
}

/// Where the names of a CSV file's columns are.
#[derive(Clone, Debug)]
pub(crate) enum Header {
    FirstRow,
    Given(Arc<[SmolStr]>),
}

/// What [`Items`] asks of an object store.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// An object of at most so many bytes, and what it holds.
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

/// What an object store gave.
#[derive(Debug)]
pub(crate) enum Supply {
    Object(Loaded),
    List(Vec<Listed>),
}

/// What [`Items::pull`] comes to.
#[derive(Debug)]
pub(crate) enum Pulled {
    Item(Item),
    /// Nothing before [`Items::supply`] was given this.
    Needs(Request),
    End,
    /// The cause of a `States.ItemReaderFailed`.
    Failed(String),
}

/// The items of one Map Run.
#[derive(Clone, Debug)]
pub(crate) struct Items {
    /// What is read next, once there are no rows left.
    ahead: VecDeque<Reader>,
    rows: Rows,
    source: SmolStr,
    next: u32,
    /// MaxItems.
    most: u64,
    /// The most bytes of an object.
    object_bytes: u64,
}

impl Items {
    /// The items of an array, or the members of an object.
    pub(crate) fn of_value(value: Value) -> Self {
        Self {
            ahead: VecDeque::new(),
            rows: Rows::Value(value, 0),
            source: Item::of_input(0, Value::Null).source,
            next: 0,
            most: u64::MAX,
            object_bytes: u64::MAX,
        }
    }

    /// What a reader reads, `max_items` at most; 0 is no bound.
    pub(crate) fn of_reader(reader: Reader, max_items: u64, object_bytes: u64) -> Self {
        Self {
            ahead: [reader].into(),
            rows: Rows::None,
            source: SmolStr::default(),
            next: 0,
            most: if max_items == 0 { u64::MAX } else { max_items },
            object_bytes,
        }
    }

    /// How many there are, where that is known without reading.
    pub(crate) fn known_total(&self) -> Option<u64> {
        if self.is_at_end() {
            return Some(u64::from(self.next));
        }
        if !self.ahead.is_empty() {
            return None;
        }
        let left = self.rows.left()?;
        Some(u64::from(self.next).saturating_add(left).min(self.most))
    }

    fn is_at_end(&self) -> bool {
        let is_bound_reached = u64::from(self.next) >= self.most;
        is_bound_reached || (self.ahead.is_empty() && self.rows.left() == Some(0))
    }

    /// The next item.
    pub(crate) fn pull(&mut self) -> Pulled {
        if self.is_at_end() {
            // What was read is let go of.
            self.rows = Rows::None;
            self.ahead.clear();
            return Pulled::End;
        }
        match self.rows.next() {
            Some(Ok((key, value))) => {
                let index = self.next;
                self.next += 1;
                Pulled::Item(Item {
                    index,
                    key,
                    value,
                    source: self.source.clone(),
                })
            }
            Some(Err(cause)) => Pulled::Failed(cause),
            None => {
                self.rows = Rows::None;
                match self.ahead.front() {
                    None => Pulled::End,
                    Some(reader) if reader.is_parquet() => Pulled::Failed(NO_PARQUET.to_owned()),
                    Some(reader) => Pulled::Needs(reader.request(self.object_bytes)),
                }
            }
        }
    }

    /// Takes what [`Pulled::Needs`] asked for.
    pub(crate) fn supply(&mut self, supply: Supply) -> Result<(), String> {
        let Some(reader) = self.ahead.pop_front() else {
            return Ok(());
        };
        match (reader, supply) {
            (Reader::Object { place, .. }, Supply::Object(Loaded::Rows(rows))) => {
                self.source = place.uri();
                self.rows = rows;
            }
            (
                Reader::Inventory { .. } | Reader::Athena { .. },
                Supply::Object(Loaded::Readers(readers)),
            ) => self.ahead.extend(readers),
            (Reader::List(list), Supply::List(rows)) => self.listed(list, rows),
            // The host answers what it was asked.
            (_, Supply::Object(_) | Supply::List(_)) => {}
        }
        Ok(())
    }

    /// Takes what a test says is read, in place of all that would be asked for: the content of an object, unpacked; of
    /// a list or a manifest its items as a JSON array.
    pub(crate) fn supply_content(&mut self, content: Bytes) -> Result<(), String> {
        let Some(reader) = self.ahead.pop_front() else {
            return Ok(());
        };
        self.ahead.clear();
        let json = Format::Json { pointer: None };
        let (source, format) = match reader {
            Reader::Object { place, format } => (place.uri(), format),
            Reader::Inventory { place } => (place.uri(), json),
            Reader::Athena { place, .. } => (place.uri(), json),
            Reader::List(list) => (
                format!("s3://{}", list.bucket).into(),
                list.load.unwrap_or(json),
            ),
        };
        self.source = source;
        self.rows = Rows::of_object(content, &format)?;
        Ok(())
    }

    /// The array or the object that the items are taken from, where there is one.
    pub(crate) fn whole(&self) -> Option<&Value> {
        match &self.rows {
            Rows::Value(value, _) => Some(value),
            _ => None,
        }
    }

    fn listed(&mut self, list: List, mut rows: Vec<Listed>) {
        let List {
            bucket,
            prefix,
            delimiter,
            start_after,
            load,
        } = list;
        rows.retain(|row| {
            let rest = row.key.get(prefix.len()..).unwrap_or_default();
            let is_rolled_up = delimiter
                .as_deref()
                .is_some_and(|delimiter| !delimiter.is_empty() && rest.contains(delimiter));
            let is_before = start_after
                .as_deref()
                .is_some_and(|after| row.key.as_str() <= after);
            !is_rolled_up && !is_before
        });
        let Some(format) = load else {
            self.source = format!("s3://{bucket}").into();
            self.rows = Rows::Listed(rows.into());
            return;
        };
        // The console's folders are empty objects; there is nothing in them to load.
        rows.retain(|row| !(row.key.ends_with('/') && row.size == 0));
        self.ahead
            .extend(rows.into_iter().map(|row| Reader::Object {
                place: Place {
                    bucket: bucket.clone(),
                    key: row.key.into(),
                },
                format: format.clone(),
            }));
    }
}

const NO_PARQUET: &str =
    "This runtime does not read PARQUET; give the Map a CSV, JSON or JSONL file with the same rows";

impl Reader {
    /// What it needs; an object may have `most` bytes.
    fn request(&self, most: u64) -> Request {
        let get = |place: &Place, load| Request::Get {
            place: place.clone(),
            load,
            most,
        };
        match self {
            Self::Object { place, format } => get(place, Load::Rows(format.clone())),
            Self::Inventory { place } => get(place, Load::Inventory),
            Self::Athena { place, format } => get(place, Load::Athena(format.clone())),
            Self::List(list) => Request::List {
                bucket: list.bucket.clone(),
                prefix: list.prefix.clone(),
            },
        }
    }

    /// Whether what it leads to is of no use, so that it need not be asked for at all.
    fn is_parquet(&self) -> bool {
        let format = match self {
            Self::Object { format, .. } | Self::Athena { format, .. } => Some(format),
            Self::List(list) => list.load.as_ref(),
            Self::Inventory { .. } => None,
        };
        matches!(format, Some(Format::Parquet))
    }
}
