//! A gauge, for metrics that grow and shrink.

use super::recorder::Gauge;

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that grows and shrinks, in the engine and as a gauge in the recorder of the crate
/// `metrics`.
///
/// Several engines of a process have the same gauge, so an engine only adds and subtracts. Dropping
/// the value subtracts the rest.
#[derive(Debug)]
pub(crate) struct Level {
    value: AtomicU64,
    gauge: Gauge,
}

impl Level {
    pub(super) fn new(gauge: Gauge) -> Self {
        // A gauge that nothing changes would be missing.
        gauge.increment(0.0);
        Self {
            value: AtomicU64::new(0),
            gauge,
        }
    }

    pub(crate) fn add(&self, more: u64) {
        self.value.fetch_add(more, Ordering::Relaxed);
        self.gauge.increment(more as f64);
    }

    pub(crate) fn subtract(&self, less: u64) {
        self.value.fetch_sub(less, Ordering::Relaxed);
        self.gauge.decrement(less as f64);
    }

    /// Sets the number. Only one thread may do this.
    pub(crate) fn set(&self, value: u64) {
        let before = self.value.swap(value, Ordering::Relaxed);
        if value != before {
            self.gauge.increment(value as f64 - before as f64);
        }
    }

    pub(crate) fn get(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.set(0);
    }
}
