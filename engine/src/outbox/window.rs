//! Limits how many messages of the outbox are delivered and not yet confirmed.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;

use crate::store::OutboxQueue;

/// The most messages of a queue that are passed and not confirmed.
const MOST_OPEN: usize = 256;
/// The most bytes of these messages, unless one message has more.
const MOST_BYTES: usize = 16 << 20;

/// The messages that were passed to their receivers, and what the outbox thread must do next.
#[derive(Default)]
pub(super) struct Window {
    state: Mutex<WindowState>,
    thread: OnceLock<Thread>,
}

#[derive(Default)]
struct WindowState {
    queues: [OpenMessages; OutboxQueue::ALL.len()],
    /// The messages that are to be deleted.
    confirmed: Vec<(OutboxQueue, u64)>,
    is_over: bool,
}

struct OpenMessages {
    count: usize,
    bytes: usize,
    /// Whether the store may have messages that were not passed.
    may_have_more: bool,
    /// The first message that the receiver did not accept.
    rejected: Option<u64>,
}

impl Default for OpenMessages {
    fn default() -> Self {
        Self {
            count: 0,
            bytes: 0,
            // Messages of an earlier process.
            may_have_more: true,
            rejected: None,
        }
    }
}

impl OpenMessages {
    fn has_capacity(&self) -> bool {
        self.count < MOST_OPEN && self.bytes < MOST_BYTES
    }
}

impl Window {
    /// Sets the thread that is unparked when something changes.
    pub(super) fn set_thread(&self, thread: Thread) {
        // It is set once. The thread may have parked before.
        if self.thread.set(thread).is_ok() {
            self.unpark();
        }
    }

    /// Reports that messages were committed.
    pub(super) fn notify(&self) {
        for queue in &mut self.lock().queues {
            queue.may_have_more = true;
        }
        self.unpark();
    }

    /// Whether messages of a queue are to be read. Resets this, so that only a message that is
    /// committed later sets it again.
    pub(super) fn take_readable(&self, queue: OutboxQueue) -> bool {
        let mut state = self.lock();
        let of_queue = state.of(queue);
        of_queue.has_capacity() && std::mem::take(&mut of_queue.may_have_more)
    }

    /// Returns whether another message of a queue may be passed: there is capacity, and the
    /// receiver has not rejected an earlier one. Otherwise the queue is read again later.
    pub(super) fn may_pass(&self, queue: OutboxQueue) -> bool {
        let mut state = self.lock();
        let of_queue = state.of(queue);
        let is_ready = of_queue.has_capacity() && of_queue.rejected.is_none();
        of_queue.may_have_more |= !is_ready;
        is_ready
    }

    /// Reports that the store may have more messages of a queue.
    pub(super) fn has_more(&self, queue: OutboxQueue) {
        self.lock().of(queue).may_have_more = true;
    }

    /// Counts a message that is passed.
    pub(super) fn opened(&self, queue: OutboxQueue, bytes: usize) {
        let mut state = self.lock();
        let of_queue = state.of(queue);
        of_queue.count += 1;
        of_queue.bytes += bytes;
    }

    /// Counts a message that no receiver has any more. It is `rejected` if it must be passed again.
    pub(super) fn closed(&self, queue: OutboxQueue, bytes: usize, rejected: Option<u64>) {
        let mut state = self.lock();
        let of_queue = state.of(queue);
        let was_full = !of_queue.has_capacity();
        of_queue.count = of_queue.count.saturating_sub(1);
        of_queue.bytes = of_queue.bytes.saturating_sub(bytes);
        if let Some(number) = rejected {
            of_queue.rejected = Some(of_queue.rejected.map_or(number, |first| first.min(number)));
            of_queue.may_have_more = true;
        }
        drop(state);
        if was_full || rejected.is_some() {
            self.unpark();
        }
    }

    /// Takes the number of the first message that the receiver did not accept.
    pub(super) fn take_rejected(&self, queue: OutboxQueue) -> Option<u64> {
        self.lock().of(queue).rejected.take()
    }

    /// Adds a message that is to be deleted.
    pub(super) fn confirmed(&self, queue: OutboxQueue, number: u64) {
        let mut state = self.lock();
        let is_first = state.confirmed.is_empty();
        state.confirmed.push((queue, number));
        drop(state);
        if is_first {
            self.unpark();
        }
    }

    /// Whether messages are to be deleted.
    pub(super) fn has_confirmed(&self) -> bool {
        !self.lock().confirmed.is_empty()
    }

    /// Takes the messages that are to be deleted, at most `most`.
    pub(super) fn take_confirmed(&self, most: usize) -> Vec<(OutboxQueue, u64)> {
        let mut state = self.lock();
        let count = most.min(state.confirmed.len());
        state.confirmed.drain(..count).collect()
    }

    /// Returns messages that could not be deleted.
    pub(super) fn put_back(&self, messages: Vec<(OutboxQueue, u64)>) {
        self.lock().confirmed.extend(messages);
    }

    /// Ends the thread.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.unpark();
    }

    pub(super) fn is_over(&self) -> bool {
        self.lock().is_over
    }

    fn unpark(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn lock(&self) -> MutexGuard<'_, WindowState> {
        // No code panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WindowState {
    fn of(&mut self, queue: OutboxQueue) -> &mut OpenMessages {
        let [statuses, stops] = &mut self.queues;
        match queue {
            OutboxQueue::Statuses => statuses,
            OutboxQueue::Stops => stops,
        }
    }
}
