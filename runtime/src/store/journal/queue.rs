use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::store::{Change, StoreError, StoreReader};

/// The most changes in one transaction, unless one submission has more.
const MOST_CHANGES: usize = 4_096;
/// The most bytes in one transaction, unless one submission has more.
const MOST_BYTES: usize = 8 << 20;

/// What is asked of the journal's thread.
pub(super) enum Submission {
    Commit {
        changes: Vec<Change>,
        /// The bytes of the changes, about.
        size: usize,
        done: oneshot::Sender<Result<(), StoreError>>,
    },
    Reader(oneshot::Sender<Result<Box<dyn StoreReader>, StoreError>>),
}

impl Submission {
    pub(super) fn commit(
        changes: Vec<Change>,
        done: oneshot::Sender<Result<(), StoreError>>,
    ) -> Self {
        let size = changes.iter().map(Change::size).sum();
        Self::Commit {
            changes,
            size,
            done,
        }
    }

    /// The changes and bytes that it adds to a transaction.
    fn extent(&self) -> (usize, usize) {
        match self {
            Self::Commit { changes, size, .. } => (changes.len(), *size),
            Self::Reader(_) => (0, 0),
        }
    }
}

/// What waits for the journal's thread.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Submission>,
    is_closed: bool,
    /// Whether the thread sleeps until something changes.
    is_idle: bool,
}

impl Queue {
    /// Adds a submission, or drops it when the queue is closed.
    pub(super) fn push(&self, submission: Submission) {
        let mut state = self.lock();
        if state.is_closed {
            return;
        }
        state.waiting.push_back(submission);
        let is_idle = std::mem::take(&mut state.is_idle);
        drop(state);
        if is_idle {
            self.changed.notify_one();
        }
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Moves what makes one transaction to `batch`, in order; sleeps until there is something. `false` when the queue is closed
    /// and empty.
    pub(super) fn take(&self, batch: &mut Vec<Submission>) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.is_closed {
                return false;
            }
            state.is_idle = true;
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.is_idle = false;
        let (mut changes, mut bytes) = (0, 0);
        while let Some(next) = state.waiting.front() {
            let (more_changes, more_bytes) = next.extent();
            changes += more_changes;
            bytes += more_bytes;
            if !batch.is_empty() && (changes > MOST_CHANGES || bytes > MOST_BYTES) {
                break;
            }
            batch.extend(state.waiting.pop_front());
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
