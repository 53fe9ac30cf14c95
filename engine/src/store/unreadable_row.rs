//! A damaged row of an execution, which a reader skips and reports instead of failing.

use super::StoreError;

/// The row of an execution that cannot be read: a value in it is damaged, or a row to which it
/// refers is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow {
    /// Its key, which is negative only in a damaged row.
    pub key: i64,
    /// Its ARN, if that can be read.
    pub arn: Option<String>,
    /// Why the row cannot be read.
    pub error: StoreError,
}
