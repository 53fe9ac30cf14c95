//! The numbers that the logs and their thread share.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The numbers that the logs and their thread share.
#[derive(Debug, Default)]
pub(super) struct LogCounters {
    /// Lines that were not written.
    pub(super) lost: AtomicU64,
    /// Callers that wait until lines are written, and the end of the logs.
    pub(super) waiting: AtomicUsize,
}

impl LogCounters {
    pub(super) fn lose(&self, lines: u64) {
        self.lost.fetch_add(lines, Ordering::Relaxed);
    }

    /// Whether a caller waits until lines are written.
    pub(super) fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }
}
