//! How a state is tried again.

use super::errors::ErrorsOf;
use crate::flow::{self, Jitter, Rate};

/// A retry of some errors, with AWS's defaults: after 1 s, three times, each time after twice as long.
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

    /// Seconds before the first retry, at least 1.
    pub fn interval(self, seconds: u32) -> Self {
        self.set(|retry| retry.interval(seconds))
    }

    /// How many retries; 0 is none.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.set(|retry| retry.max_attempts(attempts))
    }

    /// By what the interval grows each time, at least 1. It stands in the ASL as it stands here: `2u32` or `2.0`.
    pub fn backoff_rate(self, rate: impl Into<Rate>) -> Self {
        self.set(|retry| retry.backoff_rate(rate))
    }

    /// The longest interval in seconds.
    pub fn max_delay(self, seconds: u32) -> Self {
        self.set(|retry| retry.max_delay(seconds))
    }

    /// Spreads intervals at random: somewhere between nothing and the interval.
    pub fn full_jitter(self) -> Self {
        self.set(|retry| retry.jitter(Jitter::Full))
    }

    /// Takes the intervals as they are, which is what ASL does where nothing is said.
    pub fn no_jitter(self) -> Self {
        self.set(|retry| retry.jitter(Jitter::None))
    }

    /// Without types; `mistake` is told what is wrong with the errors.
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
