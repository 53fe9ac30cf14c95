//! Schedules the next attempt while a store cannot commit, and limits the log lines.

use std::time::Duration;

use web_time::Instant;

use crate::store::StoreError;

/// The pause before the first repeated attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often an outage that continues is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// A time in which the store cannot commit: its disk is full, another program holds its lock, or
/// its file was deleted, for example.
#[derive(Clone, Debug)]
pub struct Outage {
    began: Instant,
    error: StoreError,
    is_lasting: bool,
    /// Whether some commits succeed: only those that need more space fail.
    is_partial: bool,
    pause: Duration,
    next_attempt: Instant,
    logged: Instant,
}

impl Outage {
    /// Creates an outage that begins with this error.
    pub(super) fn new(error: StoreError, is_partial: bool) -> Self {
        let now = Instant::now();
        Self {
            began: now,
            is_lasting: error.is_lasting(),
            error,
            is_partial,
            pause: FIRST_PAUSE,
            next_attempt: now + FIRST_PAUSE,
            logged: now,
        }
    }

    /// Records one more failed attempt, and doubles the delay.
    pub(super) fn extend(&mut self, error: StoreError, is_partial: bool) {
        let now = Instant::now();
        self.is_lasting = error.is_lasting();
        self.error = error;
        self.is_partial = is_partial;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.next_attempt = now + self.pause;
    }

    /// Whether the outage must be logged again.
    pub(super) fn is_log_due(&mut self) -> bool {
        let is_due = self.logged.elapsed() >= LOG_INTERVAL;
        if is_due {
            self.logged = Instant::now();
        }
        is_due
    }

    /// Returns when the store is tried again; `None` if never.
    pub(super) fn next_attempt(&self) -> Option<Instant> {
        (!self.is_lasting).then_some(self.next_attempt)
    }

    /// Whether a submission without retry fails immediately, without an attempt.
    pub(super) fn blocks(&self) -> bool {
        !self.is_partial
    }

    /// Returns the error of the newest attempt.
    pub fn error(&self) -> &StoreError {
        &self.error
    }

    /// Returns how long the outage has lasted.
    pub fn duration(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether the store is never tried again, so that the engine must be built again.
    pub fn is_lasting(&self) -> bool {
        self.is_lasting
    }
}
