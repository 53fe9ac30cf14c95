use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};

use smol_str::SmolStr;

use super::state::ExecutionState;
use crate::query::Entropy;

/// The executions of an engine: those that run, and those that can be described.
pub(super) struct Executions {
    /// The Standard ones.
    pub(super) by_id: HashMap<SmolStr, Arc<ExecutionState>>,
    /// Of these, those that are over, oldest first, with the bytes that they hold.
    closed: VecDeque<(SmolStr, u64)>,
    closed_bytes: u64,
    /// All that run, but for the children of Map Runs, which end with them.
    open: Vec<Option<Weak<ExecutionState>>>,
    free: Vec<usize>,
    /// Nothing is started any more.
    pub(super) is_shut_down: bool,
    retention: Retention,
    /// Where names and seeds come from.
    pub(super) entropy: Entropy,
}

/// How many executions that are over can be described.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retention {
    pub(super) executions: usize,
    pub(super) bytes: u64,
}

impl Executions {
    pub(super) fn new(seed: u64, retention: Retention) -> Self {
        Self {
            by_id: HashMap::new(),
            closed: VecDeque::new(),
            closed_bytes: 0,
            open: Vec::new(),
            free: Vec::new(),
            is_shut_down: false,
            retention,
            entropy: Entropy::new(seed),
        }
    }

    /// An execution begins to run.
    pub(super) fn open(&mut self, state: &Arc<ExecutionState>) {
        let place = self.free.pop().unwrap_or(self.open.len());
        if place == self.open.len() {
            self.open.push(None);
        }
        self.open[place] = Some(Arc::downgrade(state));
        state.set_place(place);
    }

    /// An execution that was over runs again.
    pub(super) fn reopen(&mut self, state: &Arc<ExecutionState>) {
        let id = &state.about.id;
        if let Some(at) = self.closed.iter().position(|(closed, _)| closed == id)
            && let Some((_, bytes)) = self.closed.remove(at)
        {
            self.closed_bytes -= bytes;
        }
        self.by_id.insert(id.clone(), state.clone());
        self.open(state);
    }

    /// An execution goes on in another process.
    pub(super) fn park(&mut self, state: &ExecutionState) {
        if let Some(place) = state.place() {
            self.open[place] = None;
            self.free.push(place);
        }
        self.by_id.remove(&state.about.id);
    }

    /// How many Standard ones run.
    pub(super) fn open_count(&self) -> usize {
        self.by_id.len() - self.closed.len()
    }

    /// Those that run.
    pub(super) fn running(&self) -> Vec<Arc<ExecutionState>> {
        self.open
            .iter()
            .flatten()
            .filter_map(Weak::upgrade)
            .collect()
    }

    /// An execution that holds so many bytes is over. Gives the ids of those that are forgotten for it: itself, when it cannot
    /// be described.
    pub(super) fn close(&mut self, state: &ExecutionState, bytes: u64) -> Vec<SmolStr> {
        if let Some(place) = state.place() {
            self.open[place] = None;
            self.free.push(place);
        }
        let id = &state.about.id;
        if !self.by_id.contains_key(id) {
            return vec![id.clone()];
        }
        self.closed.push_back((id.clone(), bytes));
        self.closed_bytes += bytes;
        let mut forgotten = Vec::new();
        while self.closed.len() > self.retention.executions
            || self.closed_bytes > self.retention.bytes
        {
            let Some((oldest, bytes)) = self.closed.pop_front() else {
                break;
            };
            self.closed_bytes -= bytes;
            self.by_id.remove(&oldest);
            forgotten.push(oldest);
        }
        forgotten
    }
}
