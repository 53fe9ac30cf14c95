use smol_str::SmolStr;

use super::io::Numeric;
use super::state::StateIx;
use crate::query::Expr;

/// A Map state.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) items: Items,
    /// ItemSelector, or the older Parameters.
    pub(crate) item_selector: Option<Expr>,
    pub(crate) max_concurrency: Numeric,
    pub(crate) start: StateIx,
    /// `None` when the iterations run inline.
    pub(crate) distributed: Option<Distributed>,
}

/// Where the items come from.
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

/// What only a Distributed Map has.
#[derive(Debug)]
pub(crate) struct Distributed {
    pub(crate) label: Option<SmolStr>,
    pub(crate) tolerated_count: Numeric,
    pub(crate) tolerated_percentage: Numeric,
    pub(crate) batcher: Option<Batcher>,
    /// Fields that this version cannot run, named in the error of the state that has them.
    pub(crate) unsupported: Option<&'static str>,
}

/// ItemBatcher.
#[derive(Debug)]
pub(crate) struct Batcher {
    pub(crate) input: Option<Expr>,
    pub(crate) max_items: Numeric,
    pub(crate) max_bytes: Numeric,
}
