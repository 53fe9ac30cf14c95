//! Retriers.

use super::errors::ErrorsOf;
use crate::flow::{self, Jitter, Rate};

/// A retry of some errors, with AWS's defaults: after 1 s, up to three times, doubling the interval each time.
///
/// ```
/// use stepwright::builder::{Retry, States};
///
/// let retry = Retry::on(States::TASK_FAILED).interval(2).max_attempts(5).backoff_rate(1.5);
/// # let _ = retry;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a retry does nothing before a state has it"]
pub struct Retry<Errors> {
    errors: Errors,
    settings: flow::Retry,
}

impl<Errors> Retry<Errors> {
    /// Retries these errors.
    pub fn on(errors: Errors) -> Self {
        Retry {
            errors,
            settings: flow::Retry::on(Vec::<&'static str>::new()),
        }
    }

    fn set(self, change: impl FnOnce(flow::Retry) -> flow::Retry) -> Self {
        Retry {
            settings: change(self.settings),
            ..self
        }
    }

    /// Sets the seconds before the first retry, at least 1.
    pub fn interval(self, seconds: u32) -> Self {
        self.set(|retry| retry.interval(seconds))
    }

    /// Sets the number of retries; 0 means none.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.set(|retry| retry.max_attempts(attempts))
    }

    /// Sets the factor of the interval after each retry, at least 1. The ASL contains the number as written: `2u32` or `2.0`.
    pub fn backoff_rate(self, rate: impl Into<Rate>) -> Self {
        self.set(|retry| retry.backoff_rate(rate))
    }

    /// Sets the longest interval in seconds.
    pub fn max_delay(self, seconds: u32) -> Self {
        self.set(|retry| retry.max_delay(seconds))
    }

    /// Randomizes each interval between zero and its full length.
    pub fn full_jitter(self) -> Self {
        self.set(|retry| retry.jitter(Jitter::Full))
    }

    /// Does not randomize intervals, which is also the default of ASL.
    pub fn no_jitter(self) -> Self {
        self.set(|retry| retry.jitter(Jitter::None))
    }

    /// Converts to the untyped form; calls `mistake` with each fault of the errors.
    pub(super) fn into_flow<E>(self, mistake: impl Fn(String)) -> flow::Retry
    where
        Errors: ErrorsOf<E>,
    {
        self.errors.mistakes().into_iter().for_each(mistake);
        flow::Retry {
            errors: self.errors.names(),
            ..self.settings
        }
    }
}
