//! Rows of a store that may be damaged.

use bytes::Bytes;

use super::{StoreError, StoredExecution};

/// The row of an execution, whether it can be interpreted or not.
#[derive(Clone, Debug, PartialEq)]
pub struct ScannedExecution {
    /// Its key, which is negative only in a damaged row.
    pub key: i64,
    /// Its ARN, if that can be read.
    pub arn: Option<String>,
    /// The execution, or the reason why the row cannot be interpreted.
    pub execution: Result<StoredExecution, StoreError>,
}

/// A record of an execution as it is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedRecord {
    /// Its number, from 0 on.
    pub seq: i64,
    /// Its bytes.
    pub data: Bytes,
    /// Whether the bytes match the checksum with which they were written.
    pub is_whole: bool,
}

impl From<StoredExecution> for ScannedExecution {
    fn from(row: StoredExecution) -> Self {
        Self {
            key: i64::try_from(row.key).unwrap_or(i64::MAX),
            arn: Some(row.arn.to_string()),
            execution: Ok(row),
        }
    }
}
