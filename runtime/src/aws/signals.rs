//! What a task hears from its worker, and the worker from it.

use std::sync::atomic::{AtomicBool, Ordering};

use stepwright::task::Cancelled;
use tokio::sync::Notify;

use crate::task::Signals;

/// Between a task and the worker that runs it.
#[derive(Debug, Default)]
pub(super) struct TaskSignals {
    is_over: AtomicBool,
    ended: Notify,
    /// The task said that it goes on.
    pub(super) beats: Notify,
}

impl TaskSignals {
    /// Nobody waits for the result any more.
    pub(super) fn cancel(&self) {
        self.is_over.store(true, Ordering::Release);
        self.ended.notify_waiters();
    }
}

impl Signals for TaskSignals {
    fn is_cancelled(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    fn cancelled(&self) -> Cancelled<'_> {
        Box::pin(async move {
            let mut ended = std::pin::pin!(self.ended.notified());
            // Registered before the flag is read, so that no end is missed.
            ended.as_mut().enable();
            if !self.is_cancelled() {
                ended.await;
            }
        })
    }

    fn heartbeat(&self) {
        self.beats.notify_one();
    }
}
