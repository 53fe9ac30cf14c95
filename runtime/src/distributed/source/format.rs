use std::sync::Arc;

use super::json::Pointer;
use crate::record::record;
use crate::value::Str;

/// The format of an object's content.
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
    Given(Arc<[Str]>),
}

record!(enum Format { 0 => Json { 1 => pointer }, 1 => JsonLines, 2 => Csv { 1 => delimiter, 2 => header }, 3 => Parquet });
record!(enum Header { 0 => FirstRow, 1 => Given(names) });
