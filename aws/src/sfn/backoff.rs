//! Delays between retries.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(20);

/// Exponential backoff: delays double with each failure in a row, up to 20 seconds. Half of each
/// delay is random, so that workers that failed together do not retry together.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Returns the delay after one more failure.
    pub(super) fn after_failure(&mut self) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        let half = doubled.min(LONGEST) / 2;
        half + half.mul_f64(random())
    }

    /// Resets the delay after a success.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Returns a random number from 0 to 1.
fn random() -> f64 {
    // The keys of each state are random.
    let bits = RandomState::new().hash_one(0) as u32;
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_twenty_seconds_and_reset_after_a_success() {
        let mut backoff = Backoff::default();
        let mut full = FIRST;
        for _ in 0..100 {
            let wait = backoff.after_failure();
            assert!(wait >= full / 2 && wait <= full, "{wait:?} of {full:?}");
            full = (full * 2).min(LONGEST);
        }
        backoff.reset();
        assert!(backoff.after_failure() <= FIRST);
    }
}
