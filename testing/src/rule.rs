//! A mock as the engine uses it: the calls that it matches, with its answers and problems.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use stepwright_engine::task::DefinedState;

use super::matcher::Matcher;
use super::mock::Steps;

/// One mock: the tasks that it answers, and its answers.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) matcher: Matcher,
    /// The task function, if it mocks one.
    function: Option<&'static str>,
    pub(super) steps: Steps,
    is_called: AtomicBool,
    /// An error that the task function does not have.
    unknown_error: Option<String>,
}

impl Rule {
    pub(super) fn new(matcher: Matcher, steps: Steps) -> Self {
        Self {
            matcher,
            function: None,
            steps,
            is_called: AtomicBool::new(false),
            unknown_error: None,
        }
    }

    /// Sets the task function that it mocks, and an error that the function does not have.
    #[cfg(feature = "typed")]
    pub(crate) fn of_function(self, function: &'static str, unknown_error: Option<String>) -> Self {
        Self {
            function: Some(function),
            unknown_error,
            ..self
        }
    }

    /// Returns the problem of the mock with these definitions.
    pub(super) fn problem(&self, states: &[DefinedState]) -> Option<String> {
        let problem = self.matcher.problem(states);
        problem.or_else(|| self.unknown_error.clone())
    }

    /// Records that a call was answered.
    pub(super) fn called(&self) {
        self.is_called.store(true, Ordering::Relaxed);
    }

    /// Returns the problem that no call used it, unless it is optional.
    pub(super) fn unused(&self) -> Option<String> {
        if self.steps.is_optional || self.is_called.load(Ordering::Relaxed) {
            return None;
        }
        Some(format!(
            "nothing called the mock of {self}; remove the mock, or call `.optional()` on it"
        ))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function {
            Some(function) => write!(f, "the task `{function}`"),
            None => self.matcher.fmt(f),
        }
    }
}
