//! Retriers.

use super::errors::ErrorsOf;
use crate::flow::{self, Jitter, Rate};
use stepwright_asl::setters;

/// A retry of some errors, with AWS's defaults: after 1 s, up to three times, doubling the interval
/// each time.
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

    setters! { self:
        /// Sets the seconds before the first retry, at least 1.
        interval(seconds: u32) => self.settings = self.settings.interval(seconds);
        /// Sets the number of retries; 0 means none.
        max_attempts(attempts: u32) => self.settings = self.settings.max_attempts(attempts);
        /// Sets the factor of the interval after each retry, at least 1. The ASL contains the
        /// number as written: `2u32` or `2.0`.
        backoff_rate(rate: impl Into<Rate>) => self.settings = self.settings.backoff_rate(rate);
        /// Sets the longest interval in seconds.
        max_delay(seconds: u32) => self.settings = self.settings.max_delay(seconds);
        /// Randomizes each interval between zero and its full length.
        full_jitter() => self.settings = self.settings.jitter(Jitter::Full);
        /// Does not randomize intervals, which is also the default of ASL.
        no_jitter() => self.settings = self.settings.jitter(Jitter::None);
    }

    /// Converts to the untyped form; calls `mistake` with each fault of the errors.
    pub(super) fn into_flow<E>(self, mistake: impl Fn(String)) -> flow::Retry
    where
        Errors: ErrorsOf<E>,
    {
        let errors = self.errors.set();
        errors.mistakes.into_iter().for_each(mistake);
        flow::Retry {
            errors: errors.names,
            ..self.settings
        }
    }
}
