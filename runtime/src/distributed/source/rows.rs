use std::collections::VecDeque;

use bytes::Bytes;
use smol_str::SmolStr;

use super::csv::CsvRows;
use super::format::Format;
use super::json;
use super::lines::JsonLines;
use crate::objects::Listed;
use crate::record::record;
use crate::value::Value;

/// The key, if the row is a member of an object, and the value; or the reason why the rest of the file cannot be read.
pub(super) type Row = Result<(Option<SmolStr>, Value), String>;

/// The rows of what is being read.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    None,
    /// The items of an array or the members of an object, from the given one on.
    Value(Value, usize),
    Listed(VecDeque<Listed>),
    Csv(CsvRows),
    JsonLines(JsonLines),
}

impl Rows {
    pub(super) fn of_object(body: Bytes, format: &Format) -> Result<Self, String> {
        Ok(match format {
            Format::Json { pointer } => Self::Value(json::items(&body, pointer.as_ref())?, 0),
            Format::JsonLines => Self::JsonLines(JsonLines::new(body)),
            Format::Csv { delimiter, header } => {
                Self::Csv(CsvRows::open(body, *delimiter, header)?)
            }
            Format::Parquet => Self::None,
        })
    }

    /// The number of rows that are left, if it is known.
    pub(super) fn left(&self) -> Option<u64> {
        let left = match self {
            Self::None => 0,
            Self::Value(Value::Array(array), next) => array.as_slice().len().saturating_sub(*next),
            Self::Value(Value::Object(object), next) => object.len().saturating_sub(*next),
            Self::Value(..) => 0,
            Self::Listed(rows) => rows.len(),
            Self::Csv(_) | Self::JsonLines(_) => return None,
        };
        u64::try_from(left).ok()
    }

    pub(super) fn next(&mut self) -> Option<Row> {
        match self {
            Self::None => None,
            Self::Value(value, next) => {
                let row = match &*value {
                    Value::Object(object) => {
                        let (key, value) = object.get_index(*next)?;
                        (Some(SmolStr::new(key)), value.clone())
                    }
                    array => (None, array.item(*next)?.clone()),
                };
                *next += 1;
                Some(Ok(row))
            }
            Self::Listed(rows) => Some(Ok((None, listed(rows.pop_front()?)))),
            Self::Csv(rows) => Some(Ok((None, rows.next()?))),
            Self::JsonLines(lines) => Some(lines.next()?.map(|value| (None, value))),
        }
    }
}

/// An object's metadata in the service's spelling.
fn listed(row: Listed) -> Value {
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

record!(enum Rows {
    0 => None,
    1 => Value(value, next),
    2 => Listed(rows),
    3 => Csv(rows),
    4 => JsonLines(lines),
});
