//! The types of a row, and of an attempt to read a row.

use smol_str::SmolStr;

use crate::value::Value;

/// The key, if the row is a member of an object, and the value; or the reason why the rest of the
/// file cannot be read.
pub(super) type Row = Result<(Option<SmolStr>, Value), String>;

/// The result of taking a row.
#[derive(Debug)]
pub(super) enum RowRead<T> {
    Row(T),
    /// The window ends within the row. Nothing was taken.
    More,
    /// There are no more rows.
    End,
}

impl<T> RowRead<T> {
    pub(super) fn map<U>(self, map: impl FnOnce(T) -> U) -> RowRead<U> {
        match self {
            Self::Row(row) => RowRead::Row(map(row)),
            Self::More => RowRead::More,
            Self::End => RowRead::End,
        }
    }
}
