//! The fields that only a Map state has.

use super::distributed::Distributed;
use super::state::Body;
use crate::expr::{Expr, Text};
use crate::setters::setters;
use crate::shape::Shape;

/// The items of a Map, and its body.
#[derive(Clone, Debug)]
pub struct Map {
    /// `None` if a Distributed Map's reader reads the items.
    pub(crate) items: Option<Expr>,
    pub(crate) item: Text,
    /// The item's shape, if a type determines it.
    pub(crate) shape: Option<fn() -> Shape>,
    pub(crate) body: Body,
    pub(crate) max_concurrency: Option<Expr>,
    pub(crate) distributed: Option<Distributed>,
    /// The body is written as `Iterator`, its old name.
    pub(crate) iterator: bool,
}

impl Map {
    /// Runs once for each item; `item` is the item's name in the body.
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
        /// Sets the item's shape, where the list's shape does not determine it.
        shape(shape: fn() -> Shape) => self.shape = Some(shape);
        /// Sets the item's shape, where its type is known.
        item(shape: Option<fn() -> Shape>) => self.shape = shape.or(self.shape);
        /// The states that run for each item.
        body(body: Body) => self.body = body;
        /// Sets how many items may run at the same time.
        max_concurrency(limit: Expr) => self.max_concurrency = Some(limit);
        /// Writes the body as `Iterator`, its old name, which has no `ProcessorConfig`.
        iterator() => self.iterator = true;
        /// Runs each item as a child execution.
        distributed(distributed: Distributed) => self.distributed = Some(distributed);
    }
}
