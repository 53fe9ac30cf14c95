//! The failed items that a Distributed Map tolerates, as a number and a percentage.

use crate::record::record;

/// The number of failed items that a Distributed Map tolerates. Without any limit it tolerates
/// none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tolerance {
    pub(crate) count: Option<u64>,
    pub(crate) percentage: Option<f64>,
}

impl Tolerance {
    /// Returns whether more items failed than the Map tolerates. `total` may be unknown until the
    /// end of a file is read.
    pub(crate) fn is_exceeded(&self, failed: u64, total: Option<u64>) -> bool {
        let exceeds_share = |max: f64| {
            let share = |total: u64| failed as f64 / total.max(1) as f64 * 100.0;
            failed > 0 && (max == 0.0 || total.is_some_and(|total| share(total) > max))
        };
        match (self.count, self.percentage) {
            (None, None) => failed > 0,
            (count, percentage) => {
                count.is_some_and(|max| failed > max) || percentage.is_some_and(exceeds_share)
            }
        }
    }
}

record!(struct Tolerance { 1 => count, 2 => percentage });
