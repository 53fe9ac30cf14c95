//! The closed execution that was read last, for the next page of its history.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::execution::execution_state::ExecutionState;
use crate::journaled_execution::JournalPosition;
use crate::store::{StoreError, StoredExecution};

/// A closed execution, read from the store.
#[derive(Clone)]
pub(crate) struct ClosedExecution {
    pub(crate) state: Arc<ExecutionState>,
    pub(crate) place: JournalPosition,
}

/// The closed execution that a request read last from the store. Concurrent requests for one
/// execution read it once.
#[derive(Default)]
pub(super) struct RecentExecution {
    state: Mutex<RecentState>,
    /// Notified when an execution was read.
    was_read: Condvar,
}

#[derive(Default)]
struct RecentState {
    /// The keys of the executions that are being read.
    reading: Vec<u64>,
    /// The execution, with the row that it was read for.
    last: Option<(StoredExecution, ClosedExecution)>,
}

/// An execution that is being read.
struct ReadInProgress<'a> {
    recent: &'a RecentExecution,
    key: u64,
}

impl Drop for ReadInProgress<'_> {
    fn drop(&mut self) {
        self.recent.lock().reading.retain(|key| *key != self.key);
        self.recent.was_read.notify_all();
    }
}

impl RecentExecution {
    fn lock(&self) -> MutexGuard<'_, RecentState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the execution of a row, and reads it unless it was read last. A redrive changes the
    /// row.
    pub(super) fn get_or_read(
        &self,
        row: &StoredExecution,
        read: impl FnOnce() -> Result<Option<ClosedExecution>, StoreError>,
    ) -> Result<Option<ClosedExecution>, StoreError> {
        let mut state = self.lock();
        while state.reading.contains(&row.key) {
            let waited = self.was_read.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if let Some((known, closed)) = &state.last
            && known == row
        {
            return Ok(Some(closed.clone()));
        }
        state.reading.push(row.key);
        // It is released before the next one needs memory.
        let previous = state.last.take();
        drop(state);
        drop(previous);
        let _reading = ReadInProgress {
            recent: self,
            key: row.key,
        };
        let closed = read()?;
        if let Some(closed) = &closed {
            self.lock().last = Some((row.clone(), closed.clone()));
        }
        Ok(closed)
    }
}
