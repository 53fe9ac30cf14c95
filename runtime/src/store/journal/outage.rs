use std::time::{Duration, Instant};

use crate::store::StoreError;

/// The pause before the first repeated attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often an outage that continues is logged.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// A time in which the store cannot commit: its disk is full, another program holds its lock, its file is gone.
#[derive(Clone, Debug)]
pub struct Outage {
    began: Instant,
    error: StoreError,
    is_lasting: bool,
    /// Some commits succeed: only those that need more room fail.
    is_partial: bool,
    pause: Duration,
    next_attempt: Instant,
    logged: Instant,
}

impl Outage {
    /// An outage that begins with this error.
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

    /// Doubles the pause after one more attempt that failed.
    pub(super) fn extend(&mut self, error: StoreError, is_partial: bool) {
        let now = Instant::now();
        self.is_lasting = error.is_lasting();
        self.error = error;
        self.is_partial = is_partial;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.next_attempt = now + self.pause;
    }

    /// Whether it is time for another line in the log.
    pub(super) fn is_log_due(&mut self) -> bool {
        let is_due = self.logged.elapsed() >= LOG_INTERVAL;
        if is_due {
            self.logged = Instant::now();
        }
        is_due
    }

    /// When the store is tried again; `None` when it is not.
    pub(super) fn next_attempt(&self) -> Option<Instant> {
        (!self.is_lasting).then_some(self.next_attempt)
    }

    /// Whether a submission that is not repeated fails at once, without an attempt.
    pub(super) fn blocks(&self) -> bool {
        !self.is_partial
    }

    /// The error of the newest attempt.
    pub fn error(&self) -> &StoreError {
        &self.error
    }

    /// How long it has lasted.
    pub fn duration(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether the store is never tried again: the engine must be built anew.
    pub fn is_lasting(&self) -> bool {
        self.is_lasting
    }
}
