//! Durations of many calls.

use std::fmt;
use std::time::Duration;

/// How long calls took, in order.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Sorts the durations.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// Returns the number of calls.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the longest duration, or zero without calls.
    pub fn longest(&self) -> Duration {
        self.percentile(100)
    }

    /// Returns the duration that this percentage of the calls did not exceed, or zero without
    /// calls.
    pub fn percentile(&self, percent: usize) -> Duration {
        let index = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(index).copied().unwrap_or_default()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |percent| self.percentile(percent).as_secs_f64() * 1_000.0;
        write!(
            f,
            "p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms ({} calls)",
            milliseconds(50),
            milliseconds(99),
            milliseconds(100),
            self.count()
        )
    }
}
