//! The file formats that an ItemReader can read, with their options.

use std::sync::Arc;

use super::json::Pointer;
use crate::record::record;
use crate::value::Str;

/// The format of an object's content.
#[derive(Clone, Debug)]
pub enum Format {
    /// A JSON array.
    Json {
        /// Where the array is in the document.
        pointer: Option<Pointer>,
    },
    /// A JSON value on each line.
    JsonLines,
    /// Rows of text fields.
    Csv {
        /// The character between fields.
        delimiter: u8,
        /// Where the names of the columns are.
        header: Header,
    },
    /// Apache Parquet, which is not supported.
    Parquet,
}

/// Where the names of a CSV file's columns are.
#[derive(Clone, Debug)]
pub enum Header {
    /// In the first row.
    FirstRow,
    /// In the field `CSVHeaders`.
    Given(Arc<[Str]>),
}

record!(enum Format { 0 => Json { 1 => pointer }, 1 => JsonLines, 2 => Csv { 1 => delimiter, 2 => header }, 3 => Parquet });
record!(enum Header { 0 => FirstRow, 1 => Given(names) });
