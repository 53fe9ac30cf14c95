//! The items of a Map Run, one at a time.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use smol_str::SmolStr;

use super::content::{Content, JsonRows};
use super::content_version::ContentVersion;
use super::format::Format;
use super::item_reader::{BucketList, ItemReader, ObjectRef};
use super::object_load::{Loaded, LoadedObject};
use super::object_rows::ObjectRows;
use super::row::RowRead;
use super::rows::Rows;
use super::source_request::SourceRequest;
use super::unread_object::{Piece, UnreadObject};
use crate::distributed::item::Item;
use crate::distributed::{ListedObject, TransferError};
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, TrackedQueue, record};
use crate::value::Value;

const NO_PARQUET: &str =
    "This runtime does not read PARQUET; give the Map a CSV, JSON or JSONL file with the same rows";

/// The response of an object store to a [`SourceRequest`].
#[derive(Debug)]
pub enum SourceResponse {
    /// The content of an object.
    Object(LoadedObject),
    /// The content after the rows that were read.
    Piece(Piece),
    /// The entries of a bucket's list.
    List(Vec<ListedObject>),
}

/// The result of [`Items::pull`].
#[derive(Debug)]
pub enum NextItem {
    /// The next item.
    Item(Item),
    /// The next item needs this request; pass the response to [`Items::supply`].
    Needs(SourceRequest),
    /// There are no more items.
    End,
    /// The cause of a `States.ItemReaderFailed`.
    Failed(String),
}

/// The items of one Map Run.
#[derive(Clone, Debug)]
pub struct Items {
    /// The readers of later objects.
    ahead: TrackedQueue<ItemReader>,
    rows: Rows,
    /// Whether the rows have been replaced since they were last written.
    are_rows_new: bool,
    source: SmolStr,
    next: u32,
    /// MaxItems.
    max_items: u64,
    /// The maximum bytes of an object.
    object_bytes: u64,
}

impl Items {
    /// Returns the items of an array, or the members of an object.
    pub fn of_value(value: Value) -> Self {
        Self {
            ahead: TrackedQueue::default(),
            rows: Rows::Value(JsonRows::new(value)),
            are_rows_new: true,
            source: Item::of_input(0, Value::Null).source,
            next: 0,
            max_items: u64::MAX,
            object_bytes: u64::MAX,
        }
    }

    /// Returns the items of a reader, at most `max_items`; 0 means no limit.
    pub fn of_reader(reader: ItemReader, max_items: u64, object_bytes: u64) -> Self {
        Self {
            ahead: TrackedQueue::from_iter([reader]),
            rows: Rows::None,
            are_rows_new: true,
            source: SmolStr::default(),
            next: 0,
            max_items: if max_items == 0 { u64::MAX } else { max_items },
            object_bytes,
        }
    }

    /// Returns the number of items, if it is known without reading.
    pub fn known_total(&self) -> Option<u64> {
        if self.is_at_end() {
            return Some(u64::from(self.next));
        }
        if !self.ahead.is_empty() {
            return None;
        }
        let left = self.rows.remaining()?;
        Some(
            u64::from(self.next)
                .saturating_add(left)
                .min(self.max_items),
        )
    }

    /// Writes the items that are left, for comparisons of runs.
    pub fn write_remaining(&self, to: &mut String) {
        // Writing to a string never fails.
        let _ = write!(to, "{} {:?} {:?} ", self.next, self.rows, self.ahead);
    }

    fn is_at_end(&self) -> bool {
        let is_bound_reached = u64::from(self.next) >= self.max_items;
        is_bound_reached || (self.ahead.is_empty() && self.rows.remaining() == Some(0))
    }

    /// Takes the next item.
    pub fn pull(&mut self) -> NextItem {
        if self.is_at_end() {
            self.end();
            return NextItem::End;
        }
        if let Rows::Object(rows) = &self.rows
            && rows.is_unread()
        {
            return NextItem::Needs(SourceRequest::of(&rows.reader(), self.object_bytes));
        }
        match self.rows.next() {
            RowRead::Row(Ok((key, value))) => {
                let index = self.next;
                self.next += 1;
                NextItem::Item(Item {
                    index,
                    key,
                    value,
                    source: self.source.clone(),
                })
            }
            RowRead::Row(Err(cause)) => NextItem::Failed(cause),
            RowRead::More => match self.following() {
                Some((unread, rest)) => NextItem::Needs(SourceRequest::more(unread, rest)),
                None => NextItem::End,
            },
            RowRead::End => {
                self.set_rows(Rows::None);
                match self.ahead.front() {
                    None => NextItem::End,
                    Some(reader) if reader.is_parquet() => NextItem::Failed(NO_PARQUET.to_owned()),
                    Some(reader) => NextItem::Needs(SourceRequest::of(reader, self.object_bytes)),
                }
            }
        }
    }

    /// Ends the items. Frees the content that was read.
    pub fn end(&mut self) {
        self.set_rows(Rows::None);
        self.ahead.clear();
    }

    fn set_rows(&mut self, rows: Rows) {
        self.rows = rows;
        self.are_rows_new = true;
    }

    /// Returns whether an object must be read again before the next item, because another process
    /// read it.
    pub fn is_unread(&self) -> bool {
        matches!(&self.rows, Rows::Object(rows) if rows.is_unread())
    }

    /// Returns whether rows of an object follow that must be read.
    pub fn has_unread_rows(&self) -> bool {
        self.is_unread() || self.following().is_some()
    }

    fn following(&self) -> Option<(&Arc<dyn UnreadObject>, usize)> {
        match &self.rows {
            Rows::Object(rows) => rows.following(),
            _ => None,
        }
    }

    /// Takes the response to the request of [`NextItem::Needs`].
    ///
    /// # Errors
    ///
    /// If an object is not as it was when its rows were read the
    /// first time.
    pub fn supply(&mut self, supply: SourceResponse) -> Result<(), TransferError> {
        let supply = match (&mut self.rows, supply) {
            (Rows::Object(rows), SourceResponse::Piece(piece)) => {
                rows.add(piece);
                return Ok(());
            }
            (Rows::Object(rows), supply) if rows.is_unread() => {
                return match supply {
                    SourceResponse::Object(LoadedObject(Loaded::Rows(content, version))) => {
                        Ok(rows.read_again(content, version)?)
                    }
                    // The caller answers each request with the matching kind of response.
                    _ => Ok(()),
                };
            }
            (_, supply) => supply,
        };
        let Some(reader) = self.ahead.pop() else {
            return Ok(());
        };
        match (reader, supply) {
            (
                ItemReader::Object { object_ref, format },
                SourceResponse::Object(LoadedObject(Loaded::Rows(content, version))),
            ) => {
                self.source = object_ref.uri();
                let rows = ObjectRows::new(object_ref, format, content, version);
                self.set_rows(Rows::Object(rows));
            }
            (
                ItemReader::Inventory { .. } | ItemReader::Athena { .. },
                SourceResponse::Object(LoadedObject(Loaded::Readers(readers))),
            ) => readers
                .into_iter()
                .for_each(|reader| self.ahead.push(reader)),
            (ItemReader::List(list), SourceResponse::List(rows)) => self.listed(list, rows),
            // The caller answers each request with the matching kind of response, so other pairs do
            // not occur.
            (_, SourceResponse::Object(_) | SourceResponse::Piece(_) | SourceResponse::List(_)) => {
            }
        }
        Ok(())
    }

    /// Takes content from a test instead of all requests: the uncompressed content of an object, or
    /// the items of a list or manifest as a JSON array.
    ///
    /// # Errors
    ///
    /// If the content is not valid.
    pub fn supply_content(&mut self, content: Bytes) -> Result<(), TransferError> {
        let Some(reader) = self.ahead.pop() else {
            return Ok(());
        };
        self.ahead.clear();
        let json = Format::Json { pointer: None };
        let (object_ref, format) = match reader {
            ItemReader::Object { object_ref, format } => (object_ref, format),
            ItemReader::Inventory { object_ref } | ItemReader::Athena { object_ref, .. } => {
                (object_ref, json)
            }
            ItemReader::List(list) => {
                let (bucket, key) = (list.bucket, SmolStr::default());
                (ObjectRef { bucket, key }, list.load.unwrap_or(json))
            }
        };
        self.source = if object_ref.key.is_empty() {
            format!("s3://{}", object_ref.bucket).into()
        } else {
            object_ref.uri()
        };
        let version = ContentVersion::of(&content);
        self.set_rows(match Content::of(content, &format)? {
            Content::Json(rows) => Rows::Value(rows),
            content => Rows::Object(ObjectRows::new(object_ref, format, content, version)),
        });
        Ok(())
    }

    /// Returns the array or the object with the items, if there is one.
    pub fn collection(&self) -> Option<&Value> {
        match &self.rows {
            Rows::Value(rows) => Some(&rows.whole),
            _ => None,
        }
    }

    fn listed(&mut self, list: BucketList, mut rows: Vec<ListedObject>) {
        let BucketList {
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
            self.set_rows(Rows::Listed(Arc::new(rows), 0));
            return;
        };
        // Directories that the console creates are empty objects; they have no content to load.
        rows.retain(|row| !(row.key.ends_with('/') && row.size == 0));
        for row in rows {
            let key = row.key.into();
            let bucket = bucket.clone();
            self.ahead.push(ItemReader::Object {
                object_ref: ObjectRef { bucket, key },
                format: format.clone(),
            });
        }
    }

    /// Writes the changes since the last call: the position, and new rows.
    pub fn write_changes(&mut self, to: &mut RecordWriter) {
        to.value(1, &self.next);
        to.field(2, |to| self.ahead.write_changes(to));
        let are_new = std::mem::take(&mut self.are_rows_new);
        to.field(3, |to| {
            are_new.write(to);
            if are_new {
                self.source.write(to);
                self.rows.write(to);
            } else {
                self.rows.write_position(to);
            }
        });
        to.end_fields();
    }

    /// Applies the changes that [`write_changes`](Self::write_changes) wrote.
    ///
    /// # Errors
    ///
    /// If the bytes are not what was written.
    pub fn read_changes(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        self.next = Default::default();
        from.fields(|number, from| match number {
            1 => from.replace(&mut self.next),
            2 => self.ahead.read_changes(from),
            3 if bool::read(from)? => {
                from.replace(&mut self.source)?;
                from.replace(&mut self.rows)
            }
            3 => self.rows.read_position(from),
            _ => from.skip(),
        })
    }

    /// Marks all changes as written.
    pub fn mark_written(&mut self) {
        self.ahead.mark_written();
        self.are_rows_new = false;
    }
}

record!(struct Items { 1 => ahead, 2 => rows, 3 => are_rows_new, 4 => source, 5 => next, 6 => max_items, 7 => object_bytes });
