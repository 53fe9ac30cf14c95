//! The table of the executions in memory, by ARN, with the eviction of closed ones.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use stepwright_interpreter::{ExecutionInfo, NameKey};

use crate::clock::Timestamp;
use crate::execution::execution_state::ExecutionState;
use crate::execution::list_index::ListIndex;
use crate::execution::retention::Retention;
use crate::store::{ListPosition, RangeRows};

/// The hash of an execution's ARN in the table of one engine. A start and an end use it several
/// times.
#[derive(Clone, Copy)]
pub(crate) struct NameHash(u64);

/// The Standard executions of an engine that are running, and those that can be described.
pub(crate) struct Executions {
    /// Hashed by the parts of their ARNs: the ARN of an execution is built only on demand.
    by_key: HashTable<Arc<ExecutionState>>,
    hasher: RandomState,
    /// The closed executions of these, oldest first.
    closed: VecDeque<ClosedExecutionEntry>,
    closed_bytes: u64,
    retention: Retention,
    /// The executions in the order of lists; `None` with a store, which has the lists.
    index: Option<ListIndex>,
}

/// A closed execution.
struct ClosedExecutionEntry {
    state: Arc<ExecutionState>,
    hash: NameHash,
    /// The bytes of memory that it occupies.
    bytes: u64,
    stopped: Timestamp,
}

impl Executions {
    pub(crate) fn new(retention: Retention, has_store: bool) -> Self {
        Self {
            index: (!has_store).then(ListIndex::default),
            by_key: HashTable::new(),
            hasher: RandomState::new(),
            closed: VecDeque::new(),
            closed_bytes: 0,
            retention,
        }
    }

    /// Returns the execution with this ARN.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<ExecutionState>> {
        let hash = self.hasher.hash_one(NameKey::of(id));
        self.by_key.find(hash, |known| known.about.has_arn(id))
    }

    /// Returns the hash of an execution's ARN.
    pub(crate) fn hash_of(&self, about: &ExecutionInfo) -> NameHash {
        NameHash(self.hasher.hash_one(about.name_key()))
    }

    /// Returns the execution with the same ARN as `about`, which has this hash.
    pub(crate) fn namesake(
        &self,
        about: &ExecutionInfo,
        hash: NameHash,
    ) -> Option<&Arc<ExecutionState>> {
        self.by_key
            .find(hash.0, |known| known.about.is_namesake_of(about))
    }

    /// Returns a page of the executions; none with a store. See [`ListIndex::page`].
    pub(crate) fn page(
        &self,
        machine: Option<&str>,
        after: Option<ListPosition>,
        bounds: (usize, usize),
        filter: impl Fn(&ExecutionState) -> bool,
    ) -> RangeRows<Arc<ExecutionState>> {
        match &self.index {
            Some(index) => index.page(machine, after, bounds, filter),
            None => RangeRows {
                rows: Vec::new(),
                end: None,
            },
        }
    }

    /// Adds an execution with this hash, or replaces the execution of the same name.
    pub(crate) fn insert(&mut self, state: Arc<ExecutionState>, hash: NameHash) {
        let NameHash(hash) = hash;
        let Self {
            by_key,
            hasher,
            index,
            ..
        } = self;
        let is_namesake = |known: &Arc<ExecutionState>| known.about.is_namesake_of(&state.about);
        match by_key.find_mut(hash, is_namesake) {
            Some(known) => {
                if let Some(index) = index {
                    index.replace(known, &state);
                }
                *known = state;
            }
            None => {
                if let Some(index) = index {
                    index.insert(&state);
                }
                let hash_of = |known: &Arc<ExecutionState>| hasher.hash_one(known.about.name_key());
                by_key.insert_unique(hash, state, hash_of);
            }
        }
    }

    /// Removes this execution, which has this hash. Returns whether it was there.
    fn remove(&mut self, state: &ExecutionState, hash: NameHash) -> bool {
        let is_it = |known: &Arc<ExecutionState>| std::ptr::eq(&**known, state);
        let found = self.by_key.find_entry(hash.0, is_it);
        let was_there = found.map(|found| found.remove()).is_ok();
        if let Some(index) = self.index.as_mut().filter(|_| was_there) {
            index.remove(state);
        }
        was_there
    }

    /// Marks a closed execution as running again.
    pub(crate) fn reopen(&mut self, state: &Arc<ExecutionState>) {
        self.remove_closed(|closed| closed.about.is_namesake_of(&state.about));
        self.insert(state.clone(), self.hash_of(&state.about));
    }

    /// Removes a closed execution. An execution of the same name, or a redrive, is left unchanged.
    pub(crate) fn forget(&mut self, state: &Arc<ExecutionState>) {
        if self.remove(state, self.hash_of(&state.about)) {
            self.remove_closed(|closed| Arc::ptr_eq(closed, state));
        }
    }

    /// Removes the closed execution that matches from those in memory.
    fn remove_closed(&mut self, is_it: impl Fn(&Arc<ExecutionState>) -> bool) {
        let position = self.closed.iter().position(|closed| is_it(&closed.state));
        if let Some(closed) = position.and_then(|at| self.closed.remove(at)) {
            self.closed_bytes -= closed.bytes;
        }
    }

    /// Removes an execution whose start, or redrive, was not committed.
    pub(crate) fn withdraw(&mut self, state: &ExecutionState) {
        self.remove(state, self.hash_of(&state.about));
    }

    /// Returns the number of running executions.
    pub(crate) fn open_count(&self) -> usize {
        self.by_key.len().saturating_sub(self.closed.len())
    }

    /// Marks an execution of this size as closed. Returns the executions that are evicted for it:
    /// the execution itself, if it cannot be described.
    pub(crate) fn close(
        &mut self,
        state: &Arc<ExecutionState>,
        bytes: u64,
        stopped: Timestamp,
    ) -> Vec<Arc<ExecutionState>> {
        let hash = self.hash_of(&state.about);
        let is_it = |known: &Arc<ExecutionState>| Arc::ptr_eq(known, state);
        if self.by_key.find(hash.0, is_it).is_none() {
            return vec![state.clone()];
        }
        self.closed.push_back(ClosedExecutionEntry {
            state: state.clone(),
            hash,
            bytes,
            stopped,
        });
        self.closed_bytes += bytes;
        let mut forgotten = Vec::new();
        while let Some(oldest) = self.closed.front() {
            let is_kept_last = self.retention.keeps_last && self.closed.len() == 1;
            if self.closed.len() <= self.retention.executions
                && (self.closed_bytes <= self.retention.bytes || is_kept_last)
                && stopped - oldest.stopped <= self.retention.time
            {
                break;
            }
            if let Some(oldest) = self.closed.pop_front() {
                self.closed_bytes -= oldest.bytes;
                self.remove(&oldest.state, oldest.hash);
                forgotten.push(oldest.state);
            }
        }
        forgotten
    }
}
