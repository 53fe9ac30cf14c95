use bytes::Bytes;
use smol_str::SmolStr;

use super::csv::CsvRows;
use super::format::Format;
use super::json;
use super::lines::JsonLines;
use super::rows::Row;
use crate::record::record;
use crate::value::Value;

/// The content of an object, row by row.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Json(JsonRows),
    Csv(CsvRows),
    JsonLines(JsonLines),
    /// Nothing is read of it.
    Parquet,
}

/// The members of an array or an object, from the given one on.
#[derive(Clone, Debug)]
pub(crate) struct JsonRows {
    pub(super) whole: Value,
    pub(super) next: usize,
}

impl JsonRows {
    pub(super) fn new(whole: Value) -> Self {
        Self { whole, next: 0 }
    }

    pub(super) fn left(&self) -> usize {
        let members = match &self.whole {
            Value::Array(array) => array.as_slice().len(),
            Value::Object(object) => object.len(),
            _ => 0,
        };
        members.saturating_sub(self.next)
    }

    pub(super) fn next(&mut self) -> Option<(Option<SmolStr>, Value)> {
        let row = match &self.whole {
            Value::Object(object) => {
                let (key, value) = object.get_index(self.next)?;
                (Some(SmolStr::new(key)), value.clone())
            }
            array => (None, array.item(self.next)?.clone()),
        };
        self.next += 1;
        Some(row)
    }
}

impl Content {
    pub(super) fn of(body: Bytes, format: &Format) -> Result<Self, String> {
        Ok(match format {
            Format::Json { pointer } => {
                Self::Json(JsonRows::new(json::items(&body, pointer.as_ref())?))
            }
            Format::JsonLines => Self::JsonLines(JsonLines::new(body)),
            Format::Csv { delimiter, header } => {
                Self::Csv(CsvRows::open(body, *delimiter, header)?)
            }
            Format::Parquet => Self::Parquet,
        })
    }

    /// The number of rows that are left, if it is known.
    pub(super) fn left(&self) -> Option<usize> {
        match self {
            Self::Json(rows) => Some(rows.left()),
            Self::Parquet => Some(0),
            Self::Csv(_) | Self::JsonLines(_) => None,
        }
    }

    pub(super) fn next(&mut self) -> Option<Row> {
        match self {
            Self::Json(rows) => rows.next().map(Ok),
            Self::Csv(rows) => Some(Ok((None, rows.next()?))),
            Self::JsonLines(lines) => Some(lines.next()?.map(|value| (None, value))),
            Self::Parquet => None,
        }
    }

    /// Leaves out the next rows.
    pub(super) fn skip(&mut self, rows: usize) {
        match self {
            Self::Json(json) => json.next = json.next.saturating_add(rows),
            Self::JsonLines(lines) => lines.skip(rows),
            Self::Csv(_) | Self::Parquet => {
                for _ in 0..rows {
                    if self.next().is_none() {
                        return;
                    }
                }
            }
        }
    }
}

/// What tells one content of an object from another: its length and its checksum, after it was expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    length: u64,
    checksum: u32,
}

impl Version {
    pub(super) fn of(body: &[u8]) -> Self {
        Self {
            length: u64::try_from(body.len()).unwrap_or(u64::MAX),
            checksum: crc32fast::hash(body),
        }
    }
}

record!(struct JsonRows { whole, next });
record!(struct Version { length, checksum });
