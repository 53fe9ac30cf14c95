//! Shards of data that many threads change: each thread uses one shard, to avoid that processors
//! write the same cache line.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of shards.
pub(crate) const SHARDS: usize = 16;

thread_local! {
    /// The shard that this thread uses.
    static SHARD: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Returns the shard of this thread. Threads are assigned round robin.
pub(crate) fn shard_of_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    SHARD.get().unwrap_or_else(|| {
        let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
        SHARD.set(Some(shard));
        shard
    })
}
