//! A Map state's own part.

use super::state::Body;
use crate::expr::{Expr, Text};

/// What a Map runs over, and its body.
#[derive(Clone, Debug)]
pub struct Map {
    pub(crate) items: Expr,
    pub(crate) item: Text,
    pub(crate) body: Body,
    pub(crate) max_concurrency: Option<Expr>,
}

impl Map {
    /// Runs once for each item; the body knows the item by that name.
    pub fn over(items: Expr, item: impl Into<Text>) -> Map {
        Map {
            items,
            item: item.into(),
            body: Body::new(Vec::new()),
            max_concurrency: None,
        }
    }

    /// The states that run for each item.
    #[must_use]
    pub fn body(mut self, body: Body) -> Map {
        self.body = body;
        self
    }

    /// How many items run at the same time at most.
    #[must_use]
    pub fn max_concurrency(mut self, limit: Expr) -> Map {
        self.max_concurrency = Some(limit);
        self
    }
}
