//! The compiled form of a Fail state: its `Error` and its `Cause`.

use smol_str::SmolStr;

use crate::query::Expr;

/// A Fail state.
#[derive(Debug, Default)]
pub struct Fail {
    pub(crate) error: Text,
    pub(crate) cause: Text,
}

/// `Error` or `Cause`.
#[derive(Debug, Default)]
pub(crate) enum Text {
    #[default]
    Absent,
    Literal(SmolStr),
    /// By path, intrinsic function or JSONata. Messages contain the field's name.
    Computed {
        field: &'static str,
        value: Expr,
    },
}
