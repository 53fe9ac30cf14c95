//! Reads rows from the content of an object, in any supported format.

use std::sync::Arc;

use bytes::Bytes;
use smol_str::SmolStr;

use super::csv::CsvRows;
use super::format::Format;
use super::json;
use super::lines::JsonLines;
use super::row::{Row, RowRead};
use super::unread_object::{Piece, UnreadObject};
use super::window::Window;
use crate::distributed::item::Item;
use crate::record::record;
use crate::value::Value;

/// The content of an object, row by row.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Json(JsonRows),
    Csv(CsvRows),
    JsonLines(JsonLines),
    /// Parquet files are not read.
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

    pub(super) fn remaining(&self) -> usize {
        Item::count(&self.whole).saturating_sub(self.next)
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
            Format::JsonLines | Format::Csv { .. } => {
                return Self::beginning(Window::whole(body), format);
            }
            Format::Parquet => Self::Parquet,
        })
    }

    /// Creates content whose rows are taken while it is read.
    pub(super) fn beginning(window: Window, format: &Format) -> Result<Self, String> {
        Ok(match format {
            Format::JsonLines => Self::JsonLines(JsonLines::new(window)),
            Format::Csv { delimiter, header } => {
                Self::Csv(CsvRows::open(window, *delimiter, header)?)
            }
            // Only formats with separate rows are read lazily, so JSON does not occur here.
            Format::Json { .. } | Format::Parquet => Self::Parquet,
        })
    }

    /// Returns the number of remaining rows, if it is known.
    pub(super) fn remaining(&self) -> Option<usize> {
        match self {
            Self::Json(rows) => Some(rows.remaining()),
            Self::Parquet => Some(0),
            Self::Csv(_) | Self::JsonLines(_) => None,
        }
    }

    pub(super) fn next(&mut self) -> RowRead<Row> {
        match self {
            Self::Json(rows) => match rows.next() {
                Some(row) => RowRead::Row(Ok(row)),
                None => RowRead::End,
            },
            Self::Csv(rows) => rows.next().map(|row| Ok((None, row))),
            Self::JsonLines(lines) => lines.next().map(|value| Ok((None, value?))),
            Self::Parquet => RowRead::End,
        }
    }

    /// Skips the next row.
    pub(super) fn skip(&mut self) -> RowRead<()> {
        match self {
            Self::JsonLines(lines) => lines.skip(),
            Self::Json(_) | Self::Csv(_) | Self::Parquet => self.next().map(drop),
        }
    }

    /// Returns the unread part of the object and the number of remaining bytes in memory.
    pub(super) fn following(&self) -> Option<(&Arc<dyn UnreadObject>, usize)> {
        match self {
            Self::Csv(rows) => rows.records.window.following(),
            Self::JsonLines(lines) => lines.window.following(),
            Self::Json(_) | Self::Parquet => None,
        }
    }

    /// Appends a piece that was read.
    pub(super) fn add(&mut self, piece: Piece) {
        match self {
            Self::Csv(rows) => rows.records.window.add(piece),
            Self::JsonLines(lines) => lines.window.add(piece),
            Self::Json(_) | Self::Parquet => {}
        }
    }
}

record!(struct JsonRows { 1 => whole, 2 => next });
