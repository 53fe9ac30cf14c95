use smol_str::SmolStr;

use super::io::Numeric;
use crate::query::Expr;

/// A Wait state.
#[derive(Debug)]
pub(crate) enum Wait {
    Seconds(Numeric),
    /// A constant timestamp.
    Timestamp(SmolStr),
    TimestampPath {
        path: SmolStr,
        value: Expr,
    },
    TimestampExpression(Expr),
}
