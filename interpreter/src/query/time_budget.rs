//! The time of the evaluations of one step.
//!
//! An evaluation has a time limit. The expressions of one step share it, so that a state with many
//! slow expressions occupies its thread no longer than a state with one.

use std::cell::Cell;
#[cfg(feature = "jsonata")]
use std::time::{Duration, Instant};

thread_local! {
    /// The time, in microseconds, that the evaluations of the current step took; `None` outside of
    /// steps.
    static SPENT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The time, in microseconds, after which a step with more work ends.
const LOW: u64 = 250_000;

/// A step whose evaluations share the time limit. It ends when this is dropped.
#[derive(Debug)]
pub struct TimeBudget {
    outer: Option<u64>,
}

impl TimeBudget {
    /// Begins a step on this thread. Inside of another step, it continues that one.
    pub fn begin() -> Self {
        let outer = SPENT.get();
        SPENT.set(outer.or(Some(0)));
        Self { outer }
    }

    /// Returns whether the evaluations of the current step have taken so long that the step should
    /// end.
    pub fn is_low() -> bool {
        SPENT.get().is_some_and(|micros| micros > LOW)
    }

    /// Begins a step whose evaluations have this time left of `limit`.
    #[cfg(all(test, feature = "jsonata"))]
    pub(super) fn with_rest(limit: Duration, rest: Duration) -> Self {
        let budget = Self::begin();
        let spent = limit.saturating_sub(rest).as_micros();
        SPENT.set(u64::try_from(spent).ok());
        budget
    }
}

impl Drop for TimeBudget {
    fn drop(&mut self) {
        if self.outer.is_none() {
            SPENT.set(None);
        }
    }
}

/// Runs an evaluation with the part of `limit` that the step has left.
#[cfg(feature = "jsonata")]
pub(super) fn timed<R>(limit: Duration, evaluation: impl FnOnce(Duration) -> R) -> R {
    let Some(spent) = SPENT.get() else {
        return evaluation(limit);
    };
    let began = Instant::now();
    let result = evaluation(limit.saturating_sub(Duration::from_micros(spent)));
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    SPENT.set(Some(spent.saturating_add(micros)));
    result
}
