//! The results of a server.

use std::fmt;
use std::time::Duration;

use stepwright_tests::times::Times;

/// The calls of a server.
pub(crate) struct Report {
    times: Times,
    took: Duration,
    /// The time until their executions had ended.
    over: Duration,
}

impl Report {
    pub(crate) fn new(times: Vec<Duration>, took: Duration, over: Duration) -> Self {
        Self {
            times: Times::of(times),
            took,
            over,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.times.count() as f64 / self.took.as_secs_f64();
        write!(
            f,
            "{rate:.0} StartExecution/s in {:.1} s; {}; all over {:.2} s after the last",
            self.took.as_secs_f64(),
            self.times,
            self.over.saturating_sub(self.took).as_secs_f64(),
        )
    }
}
