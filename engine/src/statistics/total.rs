//! A counter, for metrics that only grow.

use super::recorder::Counter;

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter, in the engine and in the recorder of the crate `metrics`.
#[derive(Debug)]
pub(super) struct Total {
    value: AtomicU64,
    counter: Counter,
}

impl Total {
    pub(super) fn new(counter: Counter) -> Self {
        Self {
            value: AtomicU64::new(0),
            counter,
        }
    }

    pub(super) fn add(&self, more: u64) {
        self.value.fetch_add(more, Ordering::Relaxed);
        self.counter.increment(more);
    }

    pub(super) fn get(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }
}
