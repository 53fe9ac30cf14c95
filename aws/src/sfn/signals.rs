//! Cancellation and heartbeats between a task and its worker.

use std::sync::atomic::{AtomicBool, Ordering};

use stepwright::task::Cancelled;
use tokio::sync::Notify;

use crate::task_function::CallerLink;

/// The link between a task and the worker that runs it.
#[derive(Debug, Default)]
pub(super) struct TaskSignals {
    is_over: AtomicBool,
    ended: Notify,
    /// Notified when the task requests a heartbeat.
    pub(super) beats: Notify,
}

impl TaskSignals {
    /// Cancels the task: its result is not awaited any more.
    pub(super) fn cancel(&self) {
        self.is_over.store(true, Ordering::Release);
        self.ended.notify_waiters();
    }
}

impl CallerLink for TaskSignals {
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
