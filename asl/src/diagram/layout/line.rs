//! The lines of a body: what each is for, between which vertices it leads, and where it stands once it is routed.

use super::geometry::{Path, Point, Rect, Size};
use crate::diagram::outline::Class;

/// How far a loop stands out from its node.
pub(super) const LOOP: f64 = 34.0;

/// What is drawn for an arc of the same index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire {
    pub(super) what: What,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it leads upwards.
    pub(super) up: bool,
    pub(super) arrow: bool,
    /// Whether it is what happens when nothing goes wrong: such lines are straight first.
    pub(super) main: bool,
    /// The size of what stands on it.
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

/// A line between two places of a body.
#[derive(Debug, Clone)]
pub(in crate::diagram) struct Line {
    pub(in crate::diagram) what: What,
    pub(in crate::diagram) path: Path,
    /// Whether it ends in an arrow; a line that joins a trunk does not.
    pub(in crate::diagram) arrow: bool,
    /// Where its label stands.
    pub(in crate::diagram) label: Option<Rect>,
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diagram) enum What {
    /// From the mark of the start.
    Start,
    /// A link, by its index in the body.
    Link(usize),
    /// From a node (by its index in the body) to the mark of the end.
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
