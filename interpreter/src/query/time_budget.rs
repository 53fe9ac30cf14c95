//! The time of the evaluations of one step.
//!
//! An evaluation has a time limit. The expressions of one step share it, so that a state with many
//! slow expressions occupies its thread no longer than a state with one.

use std::cell::Cell;
#[cfg(feature = "jsonata")]
use std::time::Duration;

#[cfg(feature = "jsonata")]
use web_time::Instant;

thread_local! {
    /// The time, in microseconds, that the evaluations of the current step took; [`NO_STEP`]
    /// outside of steps.
    static SPENT: Cell<u64> = const { Cell::new(NO_STEP) };
}

/// A number instead of `None`, because each step reads and sets it: one word needs no move.
const NO_STEP: u64 = u64::MAX;

/// The time, in microseconds, after which a step with more work ends.
const LOW: u64 = 250_000;

/// A step whose evaluations share the time limit. It ends when this is dropped.
#[derive(Debug)]
pub struct TimeBudget {
    is_outermost: bool,
}

impl TimeBudget {
    /// Begins a step on this thread. Inside of another step, it continues that one.
    #[inline]
    pub fn begin() -> Self {
        SPENT.with(|spent| {
            let is_outermost = spent.get() == NO_STEP;
            if is_outermost {
                spent.set(0);
            }
            Self { is_outermost }
        })
    }

    /// Returns whether the evaluations of the current step have taken so long that the step should
    /// end.
    pub fn is_low() -> bool {
        SPENT.with(|spent| spent.get() != NO_STEP && spent.get() > LOW)
    }

    /// Begins a step whose evaluations have this time left of `limit`.
    #[cfg(all(test, feature = "jsonata"))]
    pub(super) fn with_rest(limit: Duration, rest: Duration) -> Self {
        let budget = Self::begin();
        let spent = limit.saturating_sub(rest).as_micros();
        SPENT.set(u64::try_from(spent).unwrap_or(NO_STEP - 1));
        budget
    }
}

impl Drop for TimeBudget {
    #[inline]
    fn drop(&mut self) {
        if self.is_outermost {
            SPENT.with(|spent| spent.set(NO_STEP));
        }
    }
}

/// Runs an evaluation with the part of `limit` that the step has left.
#[cfg(feature = "jsonata")]
pub(super) fn timed<R>(limit: Duration, evaluation: impl FnOnce(Duration) -> R) -> R {
    let spent = SPENT.get();
    if spent == NO_STEP {
        return evaluation(limit);
    }
    let began = Instant::now();
    let result = evaluation(limit.saturating_sub(Duration::from_micros(spent)));
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    SPENT.set(spent.saturating_add(micros).min(NO_STEP - 1));
    result
}
