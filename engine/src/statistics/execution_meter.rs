//! Counts the starts and ends of one state machine's executions, with little contention.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stepwright_interpreter::Status;

use super::buckets::{Buckets, TIMES};
use super::recorder::{Counter, Gauge, Histogram};
use super::snapshot::ExecutionStatistics;
use super::table;
use crate::thread_shard::{SHARDS, shard_of_thread};

/// How an execution begins in this engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExecutionBegin {
    Started,
    Redriven,
    /// It continues from the store.
    Resumed,
}

/// Counts the executions of one state machine.
pub(crate) struct ExecutionMeter {
    state_machine: String,
    shards: Box<[Shard; SHARDS]>,
    handles: Handles,
}

/// What the threads of one shard counted. It is aligned to cache lines, to avoid false sharing.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    started: AtomicU64,
    redriven: AtomicU64,
    resumed: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    aborted: AtomicU64,
    timed_out: AtomicU64,
    suspended: AtomicU64,
    time: Buckets<18>,
}

/// The same metrics in the recorder of the crate `metrics`. Without a recorder, they do nothing.
struct Handles {
    started: Counter,
    redriven: Counter,
    resumed: Counter,
    succeeded: Counter,
    failed: Counter,
    aborted: Counter,
    timed_out: Counter,
    suspended: Gauge,
    open: Gauge,
    time: Histogram,
}

impl ExecutionMeter {
    pub(super) fn new(state_machine: &str) -> Self {
        let label = Some(state_machine);
        let handles = Handles {
            started: table::EXECUTIONS_STARTED.counter(label),
            redriven: table::EXECUTIONS_REDRIVEN.counter(label),
            resumed: table::EXECUTIONS_RESUMED.counter(label),
            succeeded: table::EXECUTIONS_SUCCEEDED.counter(label),
            failed: table::EXECUTIONS_FAILED.counter(label),
            aborted: table::EXECUTIONS_ABORTED.counter(label),
            timed_out: table::EXECUTIONS_TIMED_OUT.counter(label),
            suspended: table::EXECUTIONS_SUSPENDED.gauge(label),
            open: table::EXECUTIONS_OPEN.gauge(label),
            time: table::EXECUTION_TIME.histogram(label),
        };
        // A gauge that nothing changes would be missing.
        handles.open.increment(0.0);
        handles.suspended.increment(0.0);
        Self {
            state_machine: state_machine.to_owned(),
            shards: Box::default(),
            handles,
        }
    }

    fn shard(&self) -> &Shard {
        &self.shards[shard_of_thread()]
    }

    /// Counts an execution that begins.
    pub(crate) fn begins(&self, begin: ExecutionBegin) {
        let (shard, handles) = (self.shard(), &self.handles);
        let (count, counter) = match begin {
            ExecutionBegin::Started => (&shard.started, &handles.started),
            ExecutionBegin::Redriven => (&shard.redriven, &handles.redriven),
            ExecutionBegin::Resumed => (&shard.resumed, &handles.resumed),
        };
        count.fetch_add(1, Ordering::Release);
        counter.increment(1);
        handles.open.increment(1.0);
    }

    /// Counts an execution that has ended after this time. [`Status::Running`] means that the
    /// engine suspended it.
    pub(crate) fn ends(&self, status: Status, time: Duration) {
        let (shard, handles) = (self.shard(), &self.handles);
        handles.open.decrement(1.0);
        let (count, counter) = match status {
            Status::Succeeded => (&shard.succeeded, &handles.succeeded),
            Status::Failed => (&shard.failed, &handles.failed),
            Status::Aborted => (&shard.aborted, &handles.aborted),
            Status::TimedOut => (&shard.timed_out, &handles.timed_out),
            Status::Running => {
                shard.suspended.fetch_add(1, Ordering::Release);
                handles.suspended.increment(1.0);
                return;
            }
        };
        shard.time.add_time(TIMES, time);
        count.fetch_add(1, Ordering::Release);
        counter.increment(1);
        handles.time.record(time.as_secs_f64());
    }

    pub(super) fn statistics(&self) -> ExecutionStatistics {
        let sum = |of: fn(&Shard) -> &AtomicU64| -> u64 {
            let shards = self.shards.iter();
            shards.map(|shard| of(shard).load(Ordering::Acquire)).sum()
        };
        // An execution that ends concurrently was counted as begun before. So the ends are read
        // first.
        let succeeded = sum(|shard| &shard.succeeded);
        let failed = sum(|shard| &shard.failed);
        let aborted = sum(|shard| &shard.aborted);
        let timed_out = sum(|shard| &shard.timed_out);
        let suspended = sum(|shard| &shard.suspended);
        let time = TIMES.statistics(self.shards.iter().map(|shard| &shard.time));
        let started = sum(|shard| &shard.started);
        let redriven = sum(|shard| &shard.redriven);
        let resumed = sum(|shard| &shard.resumed);
        let ended = succeeded + failed + aborted + timed_out + suspended;
        ExecutionStatistics {
            state_machine: self.state_machine.clone(),
            started,
            redriven,
            resumed,
            succeeded,
            failed,
            aborted,
            timed_out,
            suspended,
            open: (started + redriven + resumed).saturating_sub(ended),
            time,
        }
    }
}

impl Drop for ExecutionMeter {
    fn drop(&mut self) {
        // All executions have ended. Another engine of the process may have the same gauges.
        let suspended = self.statistics().suspended;
        self.handles.suspended.decrement(suspended as f64);
    }
}

impl fmt::Debug for ExecutionMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionMeter")
            .field("state_machine", &self.state_machine)
            .finish_non_exhaustive()
    }
}
