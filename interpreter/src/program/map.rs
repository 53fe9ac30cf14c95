//! The compiled form of a Map state, inline or distributed.

use std::ops::Range;

use smol_str::SmolStr;

use super::distributed::Distributed;
use super::index::StateIx;
use super::io::Numeric;
use crate::query::Expr;

/// A Map state.
#[derive(Debug)]
pub struct Map {
    pub(crate) items: Items,
    /// ItemSelector, or the older Parameters.
    pub(crate) item_selector: Option<Expr>,
    pub(crate) max_concurrency: Numeric,
    pub(crate) start: StateIx,
    /// The range of the states of its iterations in the program, including nested ones.
    pub(crate) inside: Range<usize>,
    /// How many failed items a Distributed Map tolerates. AWS accepts the fields on an inline Map
    /// too, and ignores them; only TestState applies them there.
    pub(crate) tolerated_count: Numeric,
    pub(crate) tolerated_percentage: Numeric,
    /// `None` when the iterations run inline.
    pub(crate) distributed: Option<Box<Distributed>>,
}

/// The source of the items.
#[derive(Debug)]
pub(crate) enum Items {
    /// The effective input itself.
    Input,
    Path {
        path: SmolStr,
        value: Expr,
    },
    /// JSONata: an array, or an expression for one.
    Expression(Expr),
}
