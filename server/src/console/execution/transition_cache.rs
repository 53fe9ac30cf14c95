//! The state transitions of the children of ended Map Runs, for the cost of executions.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use stepwright_engine::clock::Timestamp;

/// How many Map Runs are remembered.
const MOST_REMEMBERED: usize = 1_000;

/// The state transitions of the children of a Map Run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ChildTransitions {
    pub(crate) transitions: u64,
    pub(crate) children: u64,
    /// Whether only some of the children were read.
    pub(super) is_estimate: bool,
}

/// The transitions of ended Map Runs, by their ARNs. A redriven run has another time of its end.
#[derive(Default)]
pub(crate) struct TransitionCache(Mutex<HashMap<String, (Timestamp, ChildTransitions)>>);

impl TransitionCache {
    /// Returns the transitions of a Map Run that ended at this time.
    pub(crate) fn get(&self, run: &str, stopped: Timestamp) -> Option<ChildTransitions> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, transitions) = known.get(run)?;
        (*at == stopped).then_some(*transitions)
    }

    /// Remembers the transitions of a Map Run.
    pub(crate) fn put(&self, run: &str, stopped: Timestamp, transitions: ChildTransitions) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(run.to_owned(), (stopped, transitions));
    }
}
