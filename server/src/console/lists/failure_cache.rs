//! The failures of executions that were read, for the page that groups them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use stepwright_engine::ExecutionSummary;
use stepwright_engine::clock::Timestamp;

/// How many failures are remembered, because reading one costs its whole history.
const MOST_REMEMBERED: usize = 10_000;

/// The error of a failure, and the state in which it began.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Failure {
    pub(crate) machine: String,
    pub(crate) error: String,
    pub(crate) state: String,
    /// The error with which the failure began, if a Catch handled that one.
    pub(crate) caught: Option<String>,
}

/// The failures of executions that were read, by their ARNs. A redriven execution has another time
/// of its end.
#[derive(Default)]
pub(crate) struct FailureCache(Mutex<HashMap<String, (Option<Timestamp>, Failure)>>);

impl FailureCache {
    /// Returns the failure of an execution that was read before.
    pub(crate) fn get(&self, execution: &ExecutionSummary) -> Option<Failure> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (stopped, failure) = known.get(&execution.id)?;
        (*stopped == execution.stopped).then(|| failure.clone())
    }

    /// Remembers the failure of an execution.
    pub(crate) fn put(&self, execution: &ExecutionSummary, failure: Failure) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(execution.id.clone(), (execution.stopped, failure));
    }
}
