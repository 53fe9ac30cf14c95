//! The lines of a body: their meaning, their end vertices, and their paths after routing.

use super::geometry::{Path, Point, Rect, Size};
use crate::outline::Class;

/// How far a loop extends beyond its node.
pub(super) const LOOP: f64 = 34.0;

/// The line of the arc with the same index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire {
    pub(super) what: What,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it runs upwards.
    pub(super) up: bool,
    pub(super) arrow: bool,
    /// Whether it belongs to the flow without errors. Such lines are straightened first.
    pub(super) main: bool,
    /// The size of its label.
    pub(super) label: Size,
}

impl Wire {
    /// Its upper and its lower end.
    pub(super) fn downwards(&self) -> (usize, usize) {
        if self.up {
            (self.to, self.from)
        } else {
            (self.from, self.to)
        }
    }
}

/// A line between two points of a body.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) what: What,
    pub(crate) path: Path,
    /// Whether it ends in an arrow. A line that joins a trunk does not.
    pub(crate) arrow: bool,
    /// The rectangle of its label.
    pub(crate) label: Option<Rect>,
}

/// The meaning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// From the start mark.
    Start,
    /// A link, by its index in the body.
    Link(usize),
    /// From a node (by its index in the body) to the end mark.
    End(usize),
    /// A trunk that several links share.
    Trunk(Class),
}

impl Line {
    pub(super) fn moved(mut self, origin: Point) -> Line {
        self.path = self.path.moved(origin);
        if let Some(label) = &mut self.label {
            label.corner = label.corner.moved(origin);
        }
        self
    }
}
