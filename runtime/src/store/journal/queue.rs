use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::store::{Change, StoreError, StoreReader};

/// The most changes in one transaction, unless one submission has more.
const MOST_CHANGES: usize = 4_096;
/// The most bytes in one transaction, unless one submission has more.
const MOST_BYTES: usize = 8 << 20;

/// How many submissions may wait for the journal's thread.
const MOST_WAITING: u32 = 16_384;
/// How many bytes may: each submission takes room for so many, at least.
const MOST_BYTES_WAITING: usize = 64 << 20;
const UNIT: usize = MOST_BYTES_WAITING / MOST_WAITING as usize;

/// What is asked of the journal's thread.
pub(super) enum Submission {
    Commit {
        changes: Vec<Change>,
        /// The bytes of the changes, about.
        size: usize,
        done: oneshot::Sender<Result<(), StoreError>>,
        /// Its room in the queue, which ends when it is taken.
        room: Option<OwnedSemaphorePermit>,
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
            room: None,
        }
    }

    /// How much room it takes in the queue.
    fn units(&self) -> u32 {
        let (_, bytes) = self.extent();
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(MOST_WAITING);
        // One that is larger than the queue has it for itself.
        units.clamp(1, MOST_WAITING)
    }

    fn with(mut self, taken: OwnedSemaphorePermit) -> Self {
        if let Self::Commit { room, .. } = &mut self {
            *room = Some(taken);
        }
        self
    }

    /// The changes and bytes that it adds to a transaction.
    fn extent(&self) -> (usize, usize) {
        match self {
            Self::Commit { changes, size, .. } => (changes.len(), *size),
            Self::Reader(_) => (0, 0),
        }
    }
}

/// Waits for room in the queue, and adds what it has.
pub(super) type Waits = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What waits for the journal's thread.
pub(super) struct Queue {
    room: Arc<Semaphore>,
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

impl Default for Queue {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(MOST_WAITING as usize)),
            state: Mutex::default(),
            changed: Condvar::default(),
        }
    }
}

impl Queue {
    /// Adds a commit, or drops it when the queue is closed. Where there is no room, what comes back adds it when there is: who waits first
    /// is given room first, and takes it when it is polled. So who submits one thing after the other waits for each of them.
    pub(super) fn commit(self: &Arc<Self>, submission: Submission) -> Option<Waits> {
        let units = submission.units();
        if let Ok(room) = self.room.clone().try_acquire_many_owned(units) {
            self.push(submission.with(room));
            return None;
        }
        let queue = self.clone();
        Some(Box::pin(async move {
            if let Ok(room) = queue.room.clone().acquire_many_owned(units).await {
                queue.push(submission.with(room));
            }
        }))
    }

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
