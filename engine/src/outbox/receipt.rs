//! Confirms that a message of the outbox was processed, so that it is not delivered again.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::window::Window;
use crate::store::OutboxQueue;

/// The receipt of a message that was passed to its receiver. A status change whose receipt is
/// dropped without a confirmation is passed again, with those after it. A stop then stays in the
/// store for the next engine.
pub(crate) struct Receipt {
    queue: OutboxQueue,
    number: u64,
    bytes: usize,
    /// Whether it is confirmed, or left to the next engine.
    is_settled: AtomicBool,
    window: Arc<Window>,
}

impl Receipt {
    pub(super) fn new(queue: OutboxQueue, number: u64, bytes: usize, window: &Arc<Window>) -> Self {
        window.opened(queue, bytes);
        Self {
            queue,
            number,
            bytes,
            is_settled: AtomicBool::new(queue == OutboxQueue::Stops),
            window: window.clone(),
        }
    }

    /// Confirms the message: it is deleted.
    pub(crate) fn confirm(&self) {
        self.is_settled.store(true, Ordering::SeqCst);
        self.window.confirmed(self.queue, self.number);
    }

    /// Leaves the message to the next engine.
    pub(super) fn leave(self) {
        self.is_settled.store(true, Ordering::SeqCst);
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let rejected = (!self.is_settled.load(Ordering::SeqCst)).then_some(self.number);
        self.window.closed(self.queue, self.bytes, rejected);
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
