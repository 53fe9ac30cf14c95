use crate::record::record;

/// How many failed items a Distributed Map bears. Without any number it bears none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tolerance {
    pub(crate) count: Option<u64>,
    pub(crate) percentage: Option<f64>,
}

impl Tolerance {
    /// Whether more items failed than the Map bears. Of how many, only the end of a file may tell.
    pub(crate) fn is_exceeded(&self, failed: u64, total: Option<u64>) -> bool {
        let exceeds_share = |most: f64| {
            let share = |total: u64| failed as f64 / total.max(1) as f64 * 100.0;
            failed > 0 && (most == 0.0 || total.is_some_and(|total| share(total) > most))
        };
        match (self.count, self.percentage) {
            (None, None) => failed > 0,
            (count, percentage) => {
                count.is_some_and(|most| failed > most) || percentage.is_some_and(exceeds_share)
            }
        }
    }
}

record!(struct Tolerance { count, percentage });
