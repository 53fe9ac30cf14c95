//! Counts the handlers that run at the moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::recorder::Gauge;
use super::table;
use crate::thread_shard::{SHARDS, shard_of_thread};

/// The number of running handlers.
pub(super) struct RunningTasks {
    shards: Box<[Shard; SHARDS]>,
    gauge: Gauge,
}

/// A handler may end on another thread than the one that called it, so only the differences of the
/// sums have a meaning.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    called: AtomicU64,
    ended: AtomicU64,
}

impl Default for RunningTasks {
    fn default() -> Self {
        let gauge = table::TASKS_RUNNING.gauge(None);
        gauge.increment(0.0);
        Self {
            shards: Box::default(),
            gauge,
        }
    }
}

impl RunningTasks {
    pub(super) fn get(&self) -> u64 {
        let sum = |of: fn(&Shard) -> &AtomicU64| -> u64 {
            let shards = self.shards.iter();
            shards.map(|shard| of(shard).load(Ordering::Acquire)).sum()
        };
        // A handler that ends concurrently was counted as called before.
        let ended = sum(|shard| &shard.ended);
        sum(|shard| &shard.called).saturating_sub(ended)
    }
}

/// Counts a running handler until it is dropped.
pub(crate) struct RunningTaskGuard(Arc<RunningTasks>);

impl RunningTaskGuard {
    pub(super) fn new(of: &Arc<RunningTasks>) -> Self {
        let shard = &of.shards[shard_of_thread()];
        shard.called.fetch_add(1, Ordering::Release);
        of.gauge.increment(1.0);
        Self(of.clone())
    }
}

impl Drop for RunningTaskGuard {
    fn drop(&mut self) {
        let shard = &self.0.shards[shard_of_thread()];
        shard.ended.fetch_add(1, Ordering::Release);
        self.0.gauge.decrement(1.0);
    }
}
