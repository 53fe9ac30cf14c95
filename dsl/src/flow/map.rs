//! A Map state's own part.

use super::distributed::Distributed;
use super::state::Body;
use crate::expr::{Expr, Text};
use crate::shape::Shape;

/// What a Map runs over, and its body.
#[derive(Clone, Debug)]
pub struct Map {
    /// `None` where a Distributed Map's reader gives them.
    pub(crate) items: Option<Expr>,
    pub(crate) item: Text,
    /// The item's shape, where a type says it.
    pub(crate) shape: Option<fn() -> Shape>,
    pub(crate) body: Body,
    pub(crate) max_concurrency: Option<Expr>,
    pub(crate) distributed: Option<Distributed>,
    /// The body stands under its old name.
    pub(crate) iterator: bool,
}

impl Map {
    /// Runs once for each item; the body knows the item by that name.
    pub fn over(items: Expr, item: impl Into<Text>) -> Map {
        Map {
            items: Some(items),
            item: item.into(),
            shape: None,
            body: Body::new(Vec::new()),
            max_concurrency: None,
            distributed: None,
            iterator: false,
        }
    }

    /// Runs once for each item that a Distributed Map's reader reads.
    pub fn read(item: impl Into<Text>) -> Map {
        Map {
            items: None,
            ..Map::over(Expr::none(), item)
        }
    }

    /// The item's shape, where its list does not say it.
    #[must_use]
    pub fn shape(mut self, shape: fn() -> Shape) -> Map {
        self.shape = Some(shape);
        self
    }

    /// The item's shape, where its type is known.
    #[must_use]
    pub fn item(mut self, shape: Option<fn() -> Shape>) -> Map {
        self.shape = shape.or(self.shape);
        self
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

    /// Writes the body under its old name, `Iterator`, which takes no `ProcessorConfig`.
    #[must_use]
    pub fn iterator(mut self) -> Map {
        self.iterator = true;
        self
    }

    /// Runs each item as an execution of its own.
    #[must_use]
    pub fn distributed(mut self, distributed: Distributed) -> Map {
        self.distributed = Some(distributed);
        self
    }
}
