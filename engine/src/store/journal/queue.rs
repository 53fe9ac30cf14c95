//! The queue of changes that wait for a commit, grouped to transactions of limited size.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use web_time::Instant;

use super::outage::Outage;
use crate::statistics::StoreMeter;
use crate::store::{Change, Store, StoreError, StoreLease, StoreReader};

/// The maximum changes in one transaction, unless one submission has more.
const MOST_CHANGES: usize = 4_096;
/// The maximum bytes in one transaction, unless one submission has more.
const MOST_BYTES: usize = 8 << 20;

/// The capacity of the queue in submissions.
const MOST_WAITING: u32 = 16_384;
/// The capacity of the queue in bytes. Each submission takes at least its share of one submission.
const MOST_BYTES_WAITING: usize = 64 << 20;
const UNIT: usize = MOST_BYTES_WAITING / MOST_WAITING as usize;

/// The interval of checks of the store while there are no submissions.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// What happens to a submission while the store cannot commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnOutage {
    /// It fails immediately: nothing was changed.
    Fail,
    /// It is repeated until the store commits it: it is a step of an execution that was accepted.
    Retry,
}

/// A request to the journal's thread.
pub(super) enum Submission {
    Commit(Commit),
    Reader(oneshot::Sender<Result<Box<dyn StoreReader>, StoreError>>),
}

/// Changes that are applied together or not at all.
pub(super) struct Commit {
    pub(super) changes: Vec<Change>,
    /// The number of its changes, also while a transaction holds them.
    pub(super) count: usize,
    /// About how many bytes the changes have.
    size: usize,
    done: oneshot::Sender<Result<(), StoreError>>,
    pub(super) on_outage: OnOutage,
    /// Whether a transaction with it failed, and the store could not be read since: it may be in
    /// the store.
    pub(super) is_outcome_unknown: bool,
    /// Its capacity in the queue, released when it is dropped.
    capacity: Option<OwnedSemaphorePermit>,
}

impl Commit {
    pub(super) fn new(
        changes: Vec<Change>,
        on_outage: OnOutage,
        done: oneshot::Sender<Result<(), StoreError>>,
    ) -> Self {
        let size = changes.iter().map(Change::size).sum();
        Self {
            count: changes.len(),
            changes,
            size,
            done,
            on_outage,
            is_outcome_unknown: false,
            capacity: None,
        }
    }

    /// Returns how many units of capacity it takes in the queue.
    fn units(&self) -> u32 {
        let units = u32::try_from(self.size.div_ceil(UNIT)).unwrap_or(MOST_WAITING);
        // A submission that is larger than the queue takes the whole capacity.
        units.clamp(1, MOST_WAITING)
    }

    /// Reports the outcome to the submitter.
    pub(super) fn answer(self, outcome: Result<(), StoreError>) {
        // The submitter may have dropped the receiver.
        let _unheard = self.done.send(outcome);
    }

    fn with_capacity(mut self, capacity: OwnedSemaphorePermit) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Whether it frees space in a full store.
    pub(super) fn frees_space(&self) -> bool {
        !self.changes.is_empty() && self.changes.iter().all(Change::is_deletion)
    }
}

impl Submission {
    /// Returns the changes and bytes that it adds to a transaction.
    fn extent(&self) -> (usize, usize) {
        match self {
            Self::Commit(commit) => (commit.count, commit.size),
            Self::Reader(_) => (0, 0),
        }
    }

    /// Whether it is processed before the next attempt during an outage: a reader needs no commit,
    /// and a deletion may end the outage.
    fn is_urgent(&self) -> bool {
        match self {
            Self::Commit(commit) => commit.frees_space(),
            Self::Reader(_) => true,
        }
    }
}

/// Waits for capacity in the queue, and adds the submission.
pub(super) type CapacityWait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Why the journal's thread was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueueEvent {
    /// There are submissions.
    Submitted,
    /// A check of the store is due.
    Check,
    /// The queue is closed and empty.
    Closed,
}

/// The submissions that wait for the journal's thread.
pub(super) struct Queue {
    capacity: Arc<Semaphore>,
    state: Mutex<QueueState>,
    changed: Condvar,
    pub(super) meter: Arc<StoreMeter>,
    /// The lease of a store that another engine may take over.
    pub(super) lease: Option<StoreLease>,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Submission>,
    is_closed: bool,
    /// Whether the engine shuts down, so that no submission is repeated any more.
    ends_retries: bool,
    /// Whether the thread sleeps until something changes.
    is_idle: bool,
    outage: Option<Outage>,
}

impl Queue {
    /// Creates the queue of a store.
    pub(super) fn of(store: &dyn Store) -> Self {
        Self {
            capacity: Arc::new(Semaphore::new(MOST_WAITING as usize)),
            state: Mutex::default(),
            changed: Condvar::default(),
            meter: Arc::default(),
            lease: store.lease(),
        }
    }

    /// Adds a commit, or drops it when the queue is closed. If the queue is full, the returned
    /// future adds it later. Capacity goes to the future that waits longest, when it is polled.
    pub(super) fn commit(self: &Arc<Self>, commit: Commit) -> Option<CapacityWait> {
        let units = commit.units();
        let refusal = self.lock().refusal(&commit);
        if let Some(error) = refusal {
            commit.answer(Err(error));
            return None;
        }
        if let Ok(capacity) = self.capacity.clone().try_acquire_many_owned(units) {
            self.push(Submission::Commit(commit.with_capacity(capacity)));
            return None;
        }
        let queue = self.clone();
        Some(Box::pin(async move {
            if let Ok(capacity) = queue.capacity.clone().acquire_many_owned(units).await {
                queue.push(Submission::Commit(commit.with_capacity(capacity)));
            }
        }))
    }

    /// Adds a submission, or drops it when the queue is closed. Fails a submission without retry
    /// immediately during an outage.
    pub(super) fn push(&self, submission: Submission) {
        let mut state = self.lock();
        if state.is_closed {
            return;
        }
        let submission = match submission {
            Submission::Commit(commit) => match state.refusal(&commit) {
                Some(error) => {
                    drop(state);
                    return commit.answer(Err(error));
                }
                None => Submission::Commit(commit),
            },
            reader @ Submission::Reader(_) => reader,
        };
        state.waiting.push_back(submission);
        self.meter.set_queue_length(state.waiting.len());
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

    /// Stops the retries: submissions that wait for a store that cannot commit fail.
    pub(super) fn end_retries(&self) {
        self.lock().ends_retries = true;
        self.changed.notify_one();
    }

    /// Returns the outage of the store, if there is one.
    pub(super) fn outage(&self) -> Option<Outage> {
        self.lock().outage.clone()
    }

    /// Changes the recorded outage of the store.
    pub(super) fn set_outage(&self, change: impl FnOnce(&mut Option<Outage>)) {
        let mut state = self.lock();
        change(&mut state.outage);
        self.meter.set_available(state.outage.is_none());
    }

    /// Returns submissions that the store could not commit to the front of the queue. Returns those
    /// that are not repeated any more.
    pub(super) fn put_back(&self, failed: Vec<Commit>) -> Vec<Commit> {
        let mut state = self.lock();
        if state.is_closed || state.ends_retries {
            return failed;
        }
        for commit in failed.into_iter().rev() {
            state.waiting.push_front(Submission::Commit(commit));
        }
        self.meter.set_queue_length(state.waiting.len());
        Vec::new()
    }

    /// Moves the submissions of one transaction to `batch`, in order. Sleeps until there are some,
    /// or a check of the store is due.
    pub(super) fn take(&self, batch: &mut Vec<Submission>) -> QueueEvent {
        let mut state = self.lock();
        let check = Instant::now() + CHECK_INTERVAL;
        loop {
            let now = Instant::now();
            let attempt = state.next_attempt();
            if attempt.is_some_and(|at| now < at) {
                state.take_urgent(batch);
                if !batch.is_empty() {
                    break;
                }
            } else if !state.waiting.is_empty() {
                state.take_batch(batch);
                break;
            } else if state.is_closed {
                return QueueEvent::Closed;
            } else if attempt.is_some() {
                return QueueEvent::Check;
            }
            if now >= check {
                return QueueEvent::Check;
            }
            let until = attempt.map_or(check, |at| at.max(now).min(check));
            state.is_idle = true;
            let woken = self.changed.wait_timeout(state, until - now);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_idle = false;
        self.meter.set_queue_length(state.waiting.len());
        QueueEvent::Submitted
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        // No code panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueState {
    /// Returns the error of a submission for which no attempt is made.
    fn refusal(&self, commit: &Commit) -> Option<StoreError> {
        let outage = self.outage.as_ref()?;
        let waits = commit.on_outage == OnOutage::Retry && !self.ends_retries;
        let is_hopeless = outage.is_lasting() || (outage.blocks() && !waits);
        (is_hopeless && !commit.frees_space()).then(|| outage.error().clone())
    }

    /// Returns when the store is tried again after a failed commit. A queue that is being closed
    /// tries immediately.
    fn next_attempt(&self) -> Option<Instant> {
        let is_over = self.is_closed || self.ends_retries;
        let outage = self.outage.as_ref().filter(|_| !is_over)?;
        outage.next_attempt()
    }

    fn take_urgent(&mut self, batch: &mut Vec<Submission>) {
        if self.waiting.iter().any(Submission::is_urgent) {
            let waiting = std::mem::take(&mut self.waiting).into_iter();
            let (urgent, rest): (VecDeque<_>, VecDeque<_>) =
                waiting.partition(Submission::is_urgent);
            self.waiting = rest;
            batch.extend(urgent);
        }
    }

    fn take_batch(&mut self, batch: &mut Vec<Submission>) {
        let (mut changes, mut bytes) = (0, 0);
        while let Some(next) = self.waiting.front() {
            let (more_changes, more_bytes) = next.extent();
            changes += more_changes;
            bytes += more_bytes;
            if !batch.is_empty() && (changes > MOST_CHANGES || bytes > MOST_BYTES) {
                break;
            }
            batch.extend(self.waiting.pop_front());
        }
    }
}
