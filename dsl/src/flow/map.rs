//! A Map state's own part.

use super::distributed::Distributed;
use super::state::Body;
use crate::expr::{Expr, Text};
use crate::setters::setters;
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

    setters! { self:
        /// The item's shape, where its list does not say it.
        shape(shape: fn() -> Shape) => self.shape = Some(shape);
        /// The item's shape, where its type is known.
        item(shape: Option<fn() -> Shape>) => self.shape = shape.or(self.shape);
        /// The states that run for each item.
        body(body: Body) => self.body = body;
        /// How many items run at the same time at most.
        max_concurrency(limit: Expr) => self.max_concurrency = Some(limit);
        /// Writes the body under its old name, `Iterator`, which takes no `ProcessorConfig`.
        iterator() => self.iterator = true;
        /// Runs each item as an execution of its own.
        distributed(distributed: Distributed) => self.distributed = Some(distributed);
    }
}
