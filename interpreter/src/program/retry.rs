//! The compiled form of a retrier, which computes the delays between attempts.

use std::time::Duration;

/// A retrier of a state.
#[derive(Debug)]
pub struct Retrier {
    pub(crate) errors: Box<[String]>,
    pub(crate) interval: f64,
    pub(crate) max_attempts: u32,
    pub(crate) backoff_rate: f64,
    pub(crate) max_delay: Option<f64>,
    pub(crate) jitter: bool,
}

impl Retrier {
    /// Returns the delay before retry `attempt`, counted from 0: capped first, then multiplied by
    /// `chance`, which is in `[0, 1]` and only drawn with full jitter.
    pub fn delay(&self, attempt: u32, chance: impl FnOnce() -> f64) -> Duration {
        let power = i32::try_from(attempt).unwrap_or(i32::MAX);
        let mut seconds = self.interval * self.backoff_rate.powi(power);
        if let Some(max) = self.max_delay {
            seconds = seconds.min(max);
        }
        if self.jitter {
            seconds *= chance();
        }
        // Backoff grows without bound; a century is long enough.
        Duration::try_from_secs_f64(seconds.clamp(0.0, 3_155_760_000.0)).unwrap_or(Duration::ZERO)
    }
}

/// Only for tests.
#[cfg(test)]
impl Default for Retrier {
    fn default() -> Self {
        Self {
            errors: Box::new([]),
            interval: 1.0,
            max_attempts: 3,
            backoff_rate: 2.0,
            max_delay: None,
            jitter: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_and_is_capped_before_jitter() {
        let retrier = Retrier {
            max_delay: Some(5.0),
            ..Retrier::default()
        };
        let delays: Vec<f64> = (0..4)
            .map(|attempt| retrier.delay(attempt, || 1.0).as_secs_f64())
            .collect();
        assert_eq!(delays, [1.0, 2.0, 4.0, 5.0]);
        let jittered = Retrier {
            jitter: true,
            ..retrier
        };
        assert_eq!(jittered.delay(3, || 0.5).as_secs_f64(), 2.5);
    }

    #[test]
    fn a_huge_backoff_is_limited_to_a_valid_duration() {
        let retrier = Retrier::default();
        assert_eq!(retrier.delay(100_000, || 1.0).as_secs(), 3_155_760_000);
    }
}
