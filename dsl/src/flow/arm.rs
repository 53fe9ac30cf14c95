//! The arms of a choice that matches.

use super::edge::Edge;
use crate::expr::{Expr, Pattern};

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
