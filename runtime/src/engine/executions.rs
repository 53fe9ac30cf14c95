use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use smol_str::SmolStr;

use super::retention::Retention;
use super::state::ExecutionState;
use crate::clock::Timestamp;

/// The Standard executions of an engine that run, and those that can be described.
pub(super) struct Executions {
    /// By their ARNs.
    pub(super) by_id: HashMap<SmolStr, Arc<ExecutionState>>,
    /// Of these, those that are over, oldest first.
    closed: VecDeque<Closed>,
    closed_bytes: u64,
    retention: Retention,
}

/// An execution that is over.
struct Closed {
    id: SmolStr,
    /// The bytes that it holds.
    bytes: u64,
    stopped: Timestamp,
}

impl Executions {
    pub(super) fn new(retention: Retention) -> Self {
        Self {
            by_id: HashMap::new(),
            closed: VecDeque::new(),
            closed_bytes: 0,
            retention,
        }
    }

    /// An execution that was over runs again.
    pub(super) fn reopen(&mut self, state: &Arc<ExecutionState>) {
        let id = state.about.arn();
        self.take_closed(id);
        self.by_id.insert(id.clone(), state.clone());
    }

    /// An execution that was over is deleted. Another of its name, or a redrive, is left as it is.
    pub(super) fn forget(&mut self, state: &Arc<ExecutionState>) {
        let id = state.about.arn();
        let is_same = |known: &Arc<ExecutionState>| Arc::ptr_eq(known, state);
        if self.by_id.get(id).is_some_and(is_same) {
            self.by_id.remove(id);
            self.take_closed(id);
        }
    }

    fn take_closed(&mut self, id: &SmolStr) {
        let place = self.closed.iter().position(|closed| closed.id == *id);
        if let Some(closed) = place.and_then(|at| self.closed.remove(at)) {
            self.closed_bytes -= closed.bytes;
        }
    }

    /// An execution goes on in another process.
    pub(super) fn park(&mut self, state: &ExecutionState) {
        self.by_id.remove(state.about.arn());
    }

    /// How many run.
    pub(super) fn open_count(&self) -> usize {
        self.by_id.len().saturating_sub(self.closed.len())
    }

    /// An execution that holds so many bytes is over. Gives the ids of those that are forgotten for it: itself, when it cannot
    /// be described.
    pub(super) fn close(
        &mut self,
        state: &ExecutionState,
        bytes: u64,
        stopped: Timestamp,
    ) -> Vec<SmolStr> {
        let id = state.about.arn();
        if !self.by_id.contains_key(id) {
            return vec![id.clone()];
        }
        self.closed.push_back(Closed {
            id: id.clone(),
            bytes,
            stopped,
        });
        self.closed_bytes += bytes;
        let mut forgotten = Vec::new();
        while let Some(oldest) = self.closed.front() {
            if self.closed.len() <= self.retention.executions
                && self.closed_bytes <= self.retention.bytes
                && stopped - oldest.stopped <= self.retention.time
            {
                break;
            }
            if let Some(oldest) = self.closed.pop_front() {
                self.closed_bytes -= oldest.bytes;
                self.by_id.remove(&oldest.id);
                forgotten.push(oldest.id);
            }
        }
        forgotten
    }
}
