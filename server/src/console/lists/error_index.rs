//! The errors of executions, so that a list by an error reads each execution once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use stepwright_engine::ExecutionSummary;
use stepwright_engine::clock::Timestamp;

/// How many errors are in memory. After that, all are read again.
const MOST: usize = 500_000;

/// The errors of executions that have ended, by their ARNs.
#[derive(Default)]
pub(crate) struct ErrorIndex(Mutex<HashMap<String, KnownError>>);

struct KnownError {
    /// The end of the execution: after a redrive, it has another one.
    stopped: Option<Timestamp>,
    /// The name; empty without one.
    error: String,
}

impl ErrorIndex {
    /// Returns the error of an execution, if it was read before.
    pub(crate) fn known(&self, execution: &ExecutionSummary) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&execution.id)?;
        (known.stopped == execution.stopped).then(|| known.error.clone())
    }

    /// Adds the error of an execution.
    pub(crate) fn add(&self, execution: &ExecutionSummary, error: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        let error = KnownError {
            stopped: execution.stopped,
            error: error.to_owned(),
        };
        known.insert(execution.id.clone(), error);
    }
}
