//! The compiled form of a Wait state: a number of seconds, or a timestamp.

use smol_str::SmolStr;

use super::io::Numeric;
use crate::query::Expr;

/// A Wait state.
#[derive(Debug)]
pub enum Wait {
    /// Waits for a number of seconds.
    Seconds(Numeric),
    /// A constant timestamp.
    Timestamp(SmolStr),
    /// Waits until the time that a path selects.
    TimestampPath {
        /// The text of the path.
        path: SmolStr,
        /// The path.
        value: Expr,
    },
    /// Waits until the time that a JSONata expression returns.
    TimestampExpression(Expr),
}
