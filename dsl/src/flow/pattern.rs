//! Patterns of a choice that matches.

use super::edge::Edge;
use crate::expr::{Expr, Text};
use serde_json::Value;

/// One arm of a `match`.
#[derive(Clone, Debug)]
pub struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expr>,
    pub(crate) edge: Edge,
}

impl Arm {
    /// Goes along the edge when the pattern and the guard hold. In the guard, bound names are [`Expr::local`].
    #[must_use]
    pub fn new(pattern: Pattern, guard: Option<Expr>, edge: Edge) -> Arm {
        Arm {
            pattern,
            guard,
            edge,
        }
    }
}

/// A Rust pattern.
///
/// What it binds becomes a workflow variable on the arm's edge; names that begin with `_` do not.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `_`, `..`
    Wildcard,
    /// A name.
    Bind(Text),
    /// A variant (or a struct, under its name) with the patterns of its fields; a tuple's fields are `"0"`, `"1"`, ..
    Variant(Text, Vec<(Text, Pattern)>),
    /// A literal or a constant.
    Literal(Value),
    /// `Some(pattern)`.
    Some(Box<Pattern>),
    /// `None`.
    None,
    /// `a | b`.
    Or(Vec<Pattern>),
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
}
