//! What is layered, and what comes of it.

use dugong::{WorkControl, WorkError};

use super::geometry::Size;

/// A way from an upper vertex to a lower one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) upper: usize,
    pub(super) lower: usize,
    /// The room for what stands on it; zero when nothing does.
    pub(super) label: Size,
    /// How much it wants to be short and straight.
    pub(super) weight: f64,
    /// Whether it leads straight down if it can.
    pub(super) upright: bool,
    /// How many layers it spans at least.
    pub(super) span: usize,
}

/// Where everything is, by layers from top to bottom.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// Half the height of each layer.
    pub(super) half_heights: Vec<f64>,
    /// Layer and horizontal centre of each vertex.
    pub(super) vertices: Vec<(usize, f64)>,
    /// For each arc the layers between its ends, and where it passes through them.
    pub(super) arcs: Vec<Vec<(usize, f64)>>,
    /// For each arc that has a label, the layer and horizontal centre of it.
    pub(super) labels: Vec<Option<(usize, f64)>>,
}

/// What a layout may cost, in the units in which `dugong` counts: 10 to 50 nanoseconds each.
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

/// The least distance of two vertices of one layer.
pub(super) const BETWEEN_VERTICES: f64 = 28.0;

/// The least distance of two arcs that pass through one layer.
pub(super) const BETWEEN_ARCS: f64 = 16.0;
