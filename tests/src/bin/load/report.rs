//! The results of a server.

use std::fmt;
use std::time::Duration;

/// The calls of a server.
pub(crate) struct Report {
    /// The sorted latencies.
    times: Vec<Duration>,
    took: Duration,
    /// The time until their executions had ended.
    over: Duration,
}

impl Report {
    pub(crate) fn new(mut times: Vec<Duration>, took: Duration, over: Duration) -> Self {
        times.sort_unstable();
        Self { times, took, over }
    }

    fn percentile(&self, percent: usize) -> f64 {
        let index = self.times.len() * percent / 100;
        let time = self
            .times
            .get(index.min(self.times.len().saturating_sub(1)));
        time.map_or(0.0, Duration::as_secs_f64) * 1_000.0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = u32::try_from(self.times.len()).unwrap_or(u32::MAX);
        write!(
            f,
            "{:.0} StartExecution/s ({count} in {:.1} s); p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms; all over {:.2} s after the last",
            f64::from(count) / self.took.as_secs_f64(),
            self.took.as_secs_f64(),
            self.percentile(50),
            self.percentile(99),
            self.percentile(100),
            self.over.saturating_sub(self.took).as_secs_f64(),
        )
    }
}
