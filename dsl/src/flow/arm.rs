//! The arms of a choice that matches a value.

use super::edge::Edge;
use crate::expr::{Expr, Pattern};

/// One arm of a `match`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expr>,
    pub(crate) edge: Edge,
}

impl Arm {
    /// Takes the edge when the pattern and the guard match. In the guard, bound names are
    /// [`Expr::local`].
    pub fn new(pattern: Pattern, guard: Option<Expr>, edge: Edge) -> Arm {
        Arm {
            pattern,
            guard,
            edge,
        }
    }
}
