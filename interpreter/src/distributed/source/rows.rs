//! The rows of one source of items: a value, the list of a bucket, or an object.

use std::sync::Arc;

use smol_str::SmolStr;

use super::content::JsonRows;
use super::object_rows::ObjectRows;
use super::row::{Row, RowRead};
use crate::distributed::ListedObject;
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, record};
use crate::value::Value;

/// The rows that are being read.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    None,
    /// The members of a value.
    Value(JsonRows),
    /// A bucket's list, with the next position in it. The list itself is written to the records:
    /// objects are created and deleted, so a second list could have different items, for example
    /// the results of this run.
    Listed(Arc<Vec<ListedObject>>, usize),
    /// An object.
    Object(ObjectRows),
}

impl Rows {
    /// Returns the number of remaining rows, if it is known.
    pub(super) fn remaining(&self) -> Option<u64> {
        let left = match self {
            Self::None => 0,
            Self::Value(rows) => rows.remaining(),
            Self::Listed(rows, next) => rows.len().saturating_sub(*next),
            Self::Object(rows) => rows.remaining()?,
        };
        u64::try_from(left).ok()
    }

    pub(super) fn next(&mut self) -> RowRead<Row> {
        let row = match self {
            Self::None => None,
            Self::Value(rows) => rows.next(),
            Self::Listed(rows, next) => rows.get(*next).map(|row| {
                *next += 1;
                (None, listed(row.clone()))
            }),
            Self::Object(rows) => return rows.next(),
        };
        match row {
            Some(row) => RowRead::Row(Ok(row)),
            None => RowRead::End,
        }
    }

    /// Writes the position.
    pub(super) fn write_position(&self, to: &mut RecordWriter) {
        match self {
            Self::None => {}
            Self::Value(rows) => rows.next.write(to),
            Self::Listed(_, next) => next.write(to),
            Self::Object(rows) => rows.write_position(to),
        }
    }

    /// Applies the position that [`write_position`](Self::write_position) wrote.
    pub(super) fn read_position(
        &mut self,
        from: &mut RecordReader<'_>,
    ) -> Result<(), DamagedRecord> {
        match self {
            Self::None => {}
            Self::Value(rows) => rows.next = Record::read(from)?,
            Self::Listed(_, next) => *next = Record::read(from)?,
            Self::Object(rows) => rows.read_position(from)?,
        }
        Ok(())
    }
}

/// Returns an object's metadata with the service's field names.
fn listed(row: ListedObject) -> Value {
    let seconds = row.last_modified.unix_millis().div_euclid(1_000);
    [
        ("Etag", Value::from(row.etag)),
        ("Key", Value::from(row.key)),
        ("LastModified", Value::from(seconds)),
        ("Size", Value::from(row.size)),
        ("StorageClass", Value::from(row.storage_class)),
    ]
    .into_iter()
    .map(|(key, value)| (SmolStr::new_static(key), value))
    .collect()
}

record!(enum Rows { 0 => None, 1 => Value(rows), 2 => Listed(rows, next), 3 => Object(rows) });
