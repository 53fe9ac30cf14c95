//! The queue of status changes between executions and the sender, with a limited size.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stepwright_engine::StatusChange;
use tokio::sync::Notify;

/// The maximum number of changes that wait to be sent.
const MAX_CHANGES: usize = 10_000;
/// The maximum bytes of their inputs and outputs.
const MAX_BYTES: u64 = 64 * 1_048_576;

/// A bounded queue from the executions to the sender.
#[derive(Debug, Default)]
pub(super) struct EventQueue {
    state: Mutex<QueueState>,
    /// Notified when there are changes, or when the queue is closed.
    added: Notify,
    /// Notified when a change was sent or given up.
    removed: Notify,
}

#[derive(Debug, Default)]
struct QueueState {
    changes: VecDeque<StatusChange>,
    bytes: u64,
    /// The number of changes that are neither sent nor given up.
    unsent: usize,
    /// The number of these that a store retains.
    unsent_durable: usize,
    /// The number of changes for which there was no space, since the last report.
    rejected: u64,
    is_closed: bool,
}

impl EventQueue {
    /// Adds a change. If the queue is full, a change that no store retains is lost, because an
    /// execution does not wait for its events.
    pub(super) fn push(&self, change: StatusChange) {
        let mut state = self.lock();
        let bytes = state.bytes.saturating_add(size(&change));
        // One change always fits.
        let is_full =
            state.changes.len() >= MAX_CHANGES || (bytes > MAX_BYTES && !state.changes.is_empty());
        if is_full || state.is_closed {
            // A store passes its changes again.
            if !change.is_durable() {
                state.rejected += 1;
            }
            return;
        }
        state.unsent_durable += usize::from(change.is_durable());
        state.bytes = bytes;
        state.unsent += 1;
        state.changes.push_back(change);
        drop(state);
        self.added.notify_one();
    }

    /// Waits for changes. Returns at most `most` of them, or none when the queue is closed and
    /// empty.
    pub(super) async fn take(&self, most: usize) -> Option<Vec<StatusChange>> {
        loop {
            let added = self.added.notified();
            let taken = self.take_available(most);
            if !taken.is_empty() {
                return Some(taken);
            }
            if self.lock().is_closed {
                return None;
            }
            added.await;
        }
    }

    /// Returns at most `most` changes, without waiting.
    pub(super) fn take_available(&self, most: usize) -> Vec<StatusChange> {
        let mut state = self.lock();
        let count = most.min(state.changes.len());
        let taken: Vec<_> = state.changes.drain(..count).collect();
        let bytes: u64 = taken.iter().map(size).sum();
        state.bytes = state.bytes.saturating_sub(bytes);
        taken
    }

    /// Returns how many changes found no space since the last call.
    pub(super) fn take_rejected(&self) -> u64 {
        std::mem::take(&mut self.lock().rejected)
    }

    /// Counts changes that were sent or given up, of which a store retained `durable`.
    pub(super) fn finished(&self, count: usize, durable: usize) {
        let mut state = self.lock();
        state.unsent = state.unsent.saturating_sub(count);
        state.unsent_durable = state.unsent_durable.saturating_sub(durable);
        drop(state);
        self.removed.notify_waiters();
    }

    /// Returns the number of changes that are neither sent nor given up.
    pub(super) fn unsent(&self) -> usize {
        self.lock().unsent
    }

    /// Returns the number of these that a store retains.
    pub(super) fn unsent_durable(&self) -> usize {
        self.lock().unsent_durable
    }

    /// Takes no more changes.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.added.notify_one();
    }

    /// Waits until all changes are sent or given up.
    pub(super) async fn emptied(&self) {
        loop {
            let removed = self.removed.notified();
            tokio::pin!(removed);
            // A change that is finished before the first poll would be missed.
            removed.as_mut().enable();
            if self.unsent() == 0 {
                return;
            }
            removed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how many bytes a change occupies.
fn size(change: &StatusChange) -> u64 {
    let output = change.output.as_ref().map_or(0, |output| output.json_len());
    let cause = change.cause.as_ref().map_or(0, String::len);
    let cause = u64::try_from(cause).unwrap_or(u64::MAX);
    let input = change.execution.input().json_len();
    input.saturating_add(output).saturating_add(cause)
}
