//! The items of a Map Run, one at a time.

use std::collections::VecDeque;

use bytes::Bytes;
use smol_str::SmolStr;

use super::format::Format;
use super::load::Loaded;
use super::reader::{List, Place, Reader};
use super::request::Request;
use super::rows::Rows;
use crate::distributed::item::Item;
use crate::objects::Listed;
use crate::record::record;
use crate::value::Value;

const NO_PARQUET: &str =
    "This runtime does not read PARQUET; give the Map a CSV, JSON or JSONL file with the same rows";

/// The answer of an object store to a [`Request`].
#[derive(Debug)]
pub(crate) enum Supply {
    Object(Loaded),
    List(Vec<Listed>),
}

/// The result of [`Items::pull`].
#[derive(Debug)]
pub(crate) enum Pulled {
    Item(Item),
    /// The next item needs this request; [`Items::supply`] takes its answer.
    Needs(Request),
    End,
    /// The cause of a `States.ItemReaderFailed`.
    Failed(String),
}

/// The items of one Map Run.
#[derive(Clone, Debug)]
pub(crate) struct Items {
    /// The readers whose items come after the rows.
    ahead: VecDeque<Reader>,
    rows: Rows,
    source: SmolStr,
    next: u32,
    /// MaxItems.
    most: u64,
    /// The most bytes that an object may have.
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

    /// The items that a reader reads, at most `max_items`; 0 means no bound.
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
            // Frees the content that was read.
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
                    Some(reader) => Pulled::Needs(Request::of(reader, self.object_bytes)),
                }
            }
        }
    }

    /// Takes the answer to the request of [`Pulled::Needs`].
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
            // The host answers each request in kind, so other pairs do not occur.
            (_, Supply::Object(_) | Supply::List(_)) => {}
        }
        Ok(())
    }

    /// Takes content that a test gives, in place of all requests: the uncompressed content of an object, or the items of a
    /// list or manifest as a JSON array.
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

record!(struct Items { ahead, rows, source, next, most, object_bytes });
