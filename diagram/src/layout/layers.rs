//! The input and the output of the layering.

use dugong::{WorkControl, WorkError};

use super::geometry::Size;

/// An edge from an upper vertex to a lower one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) upper: usize,
    pub(super) lower: usize,
    /// The size of its label; zero without a label.
    pub(super) label: Size,
    /// How strongly the layout keeps the arc short and straight.
    pub(super) weight: f64,
    /// Whether the arc is vertical if possible.
    pub(super) upright: bool,
    /// The minimum number of layers that it spans.
    pub(super) span: usize,
}

/// The layout in layers, from top to bottom.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// Half the height of each layer.
    pub(super) half_heights: Vec<f64>,
    /// Layer and horizontal centre of each vertex.
    pub(super) vertices: Vec<(usize, f64)>,
    /// For each arc, the layers between its ends, and its horizontal position in them.
    pub(super) arcs: Vec<Vec<(usize, f64)>>,
    /// For each arc with a label, the layer and horizontal centre of the label.
    pub(super) labels: Vec<Option<(usize, f64)>>,
}

/// The remaining cost of a layout, in the units of `dugong`: 10 to 50 nanoseconds each.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new(units: usize) -> Budget {
        Budget { left: units }
    }
}

impl WorkControl for Budget {
    fn charge(&mut self, units: usize) -> Result<(), WorkError> {
        match self.left.checked_sub(units) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(WorkError::Interrupted),
        }
    }
}

/// The minimum distance between two vertices of one layer.
pub(super) const BETWEEN_VERTICES: f64 = 28.0;

/// The minimum distance between two arcs that pass through one layer.
pub(super) const BETWEEN_ARCS: f64 = 16.0;
