//! Cancellation and heartbeats between a task and its worker.

use stepwright::task::Cancelled;
use tokio::sync::{Notify, watch};

use crate::task_function::CallerLink;

/// The link between a task and the worker that runs it.
#[derive(Debug, Default)]
pub(super) struct TaskSignals {
    is_over: watch::Sender<bool>,
    /// Notified when the task requests a heartbeat.
    pub(super) beats: Notify,
}

impl TaskSignals {
    /// Cancels the task: its result is not awaited any more.
    pub(super) fn cancel(&self) {
        self.is_over.send_replace(true);
    }
}

impl CallerLink for TaskSignals {
    fn is_cancelled(&self) -> bool {
        *self.is_over.borrow()
    }

    fn cancelled(&self) -> Cancelled<'_> {
        let mut is_over = self.is_over.subscribe();
        Box::pin(async move {
            // The sender is not dropped while it is borrowed, so this does not fail.
            let _ = is_over.wait_for(|is_over| *is_over).await;
        })
    }

    fn heartbeat(&self) {
        self.beats.notify_one();
    }
}
