//! The log of one execution.

use crate::log::Attempt;

/// An attempt of a task that began.
pub(crate) struct LoggedAttempt {
    pub(crate) attempt: Attempt,
    /// When it began, in milliseconds since 1970.
    pub(crate) at: u64,
    /// Whether it was about to return.
    pub(crate) is_over: bool,
}

/// The log of one execution.
#[derive(Default)]
pub(crate) struct LoggedExecution {
    /// The attempts of tasks, in the order in which they began.
    pub(crate) attempts: Vec<LoggedAttempt>,
    /// The tokens whose answer was accepted.
    pub(crate) answered: Vec<String>,
    /// The events that a reader received.
    pub(crate) seen: Vec<(u32, String)>,
}

impl LoggedExecution {
    pub(crate) fn begin(&mut self, attempt: Attempt, at: u64) {
        self.attempts.push(LoggedAttempt {
            attempt,
            at,
            is_over: false,
        });
    }

    /// Records that an attempt was about to return. Returns whether it had begun.
    pub(crate) fn end(&mut self, ended: &Attempt) -> bool {
        let begun = self.attempts.iter_mut().rev().find(|begun| {
            (&begun.attempt.task, begun.attempt.attempt) == (&ended.task, ended.attempt)
        });
        let has_begun = begun.is_some();
        if let Some(begun) = begun {
            begun.is_over = true;
        }
        has_begun
    }
}
