//! `fail Bad;`, `fail Reject { "OrderRejected", reason }`

use super::reader::Expression;

/// What a fail says.
#[derive(Default)]
pub(crate) struct Fail {
    pub(crate) error: Option<Expression>,
    pub(crate) cause: Option<Expression>,
}
