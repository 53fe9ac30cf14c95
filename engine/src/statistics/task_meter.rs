//! Counts the tasks of one resource: how they end, and how long they wait and run.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stepwright_interpreter::task::{TaskEnd, TaskEvent};

use super::buckets::{Buckets, TIMES};
use super::definition::MetricDefinition;
use super::recorder::{Counter, Histogram};
use super::snapshot::TaskStatistics;
use super::table;
use crate::task::ResourceKind;
use crate::thread_shard::{SHARDS, shard_of_thread};

/// Counts the tasks with one resource.
pub(crate) struct TaskMeter {
    kind: ResourceKind,
    resource: String,
    shards: Box<[Shard; SHARDS]>,
    time: Buckets<18>,
    schedule_time: Buckets<18>,
    run_time: Buckets<18>,
    handles: Handles,
}

/// What the threads of one shard counted. It is aligned to cache lines, to avoid false sharing.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    /// Tasks that were scheduled, started and ended at the same time are only counted here, because
    /// most tasks are of this kind.
    immediately_succeeded: AtomicU64,
    immediately_failed: AtomicU64,
    scheduled: AtomicU64,
    started: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    timed_out: AtomicU64,
    heartbeat_timed_out: AtomicU64,
}

/// The same metrics in the recorder of the crate `metrics`. Without a recorder, they do nothing.
struct Handles {
    scheduled: Counter,
    started: Counter,
    succeeded: Counter,
    failed: Counter,
    timed_out: Counter,
    heartbeat_timed_out: Counter,
    time: Histogram,
    schedule_time: Histogram,
    run_time: Histogram,
}

/// The metrics of a kind of resource.
struct KindMetrics {
    counters: [&'static MetricDefinition; 5],
    heartbeat: Option<&'static MetricDefinition>,
    times: [&'static MetricDefinition; 3],
}

impl KindMetrics {
    fn of(kind: ResourceKind) -> Self {
        match kind {
            ResourceKind::Activity => Self {
                counters: [
                    &table::ACTIVITIES_SCHEDULED,
                    &table::ACTIVITIES_STARTED,
                    &table::ACTIVITIES_SUCCEEDED,
                    &table::ACTIVITIES_FAILED,
                    &table::ACTIVITIES_TIMED_OUT,
                ],
                heartbeat: Some(&table::ACTIVITIES_HEARTBEAT_TIMED_OUT),
                times: [
                    &table::ACTIVITY_TIME,
                    &table::ACTIVITY_SCHEDULE_TIME,
                    &table::ACTIVITY_RUN_TIME,
                ],
            },
            ResourceKind::Lambda => Self {
                counters: [
                    &table::LAMBDA_FUNCTIONS_SCHEDULED,
                    &table::LAMBDA_FUNCTIONS_STARTED,
                    &table::LAMBDA_FUNCTIONS_SUCCEEDED,
                    &table::LAMBDA_FUNCTIONS_FAILED,
                    &table::LAMBDA_FUNCTIONS_TIMED_OUT,
                ],
                heartbeat: None,
                times: [
                    &table::LAMBDA_FUNCTION_TIME,
                    &table::LAMBDA_FUNCTION_SCHEDULE_TIME,
                    &table::LAMBDA_FUNCTION_RUN_TIME,
                ],
            },
            ResourceKind::Service => Self {
                counters: [
                    &table::SERVICE_INTEGRATIONS_SCHEDULED,
                    &table::SERVICE_INTEGRATIONS_STARTED,
                    &table::SERVICE_INTEGRATIONS_SUCCEEDED,
                    &table::SERVICE_INTEGRATIONS_FAILED,
                    &table::SERVICE_INTEGRATIONS_TIMED_OUT,
                ],
                heartbeat: None,
                times: [
                    &table::SERVICE_INTEGRATION_TIME,
                    &table::SERVICE_INTEGRATION_SCHEDULE_TIME,
                    &table::SERVICE_INTEGRATION_RUN_TIME,
                ],
            },
        }
    }

    fn handles(&self, label: Option<&str>) -> Handles {
        let [scheduled, started, succeeded, failed, timed_out] =
            self.counters.map(|metric| metric.counter(label));
        let [time, schedule_time, run_time] = self.times.map(|metric| metric.histogram(label));
        Handles {
            scheduled,
            started,
            succeeded,
            failed,
            // CloudWatch counts exceeded heartbeats separately only for activities.
            heartbeat_timed_out: match self.heartbeat {
                Some(metric) => metric.counter(label),
                None => timed_out.clone(),
            },
            timed_out,
            time,
            schedule_time,
            run_time,
        }
    }
}

impl TaskMeter {
    pub(super) fn new(kind: ResourceKind, resource: &str) -> Self {
        Self {
            kind,
            resource: resource.to_owned(),
            shards: Box::default(),
            time: Buckets::default(),
            schedule_time: Buckets::default(),
            run_time: Buckets::default(),
            handles: KindMetrics::of(kind).handles(Some(resource)),
        }
    }

    /// Counts a change of a task.
    pub(crate) fn count(&self, event: TaskEvent) {
        let shard = &self.shards[shard_of_thread()];
        match event {
            TaskEvent::Scheduled => {
                shard.scheduled.fetch_add(1, Ordering::Relaxed);
                self.handles.scheduled.increment(1);
                if self.kind != ResourceKind::Activity {
                    self.started(shard, Some(Duration::ZERO));
                }
            }
            TaskEvent::Taken(waited) => self.started(shard, waited),
            TaskEvent::Ended(end, times) => {
                let (count, counter) = shard.of_end(&self.handles, end);
                count.fetch_add(1, Ordering::Relaxed);
                counter.increment(1);
                if let Some(times) = times {
                    self.time.add_time(TIMES, times.all);
                    self.handles.time.record(times.all.as_secs_f64());
                    if let Some(run) = times.run {
                        self.run_time.add_time(TIMES, run);
                        self.handles.run_time.record(run.as_secs_f64());
                    }
                }
            }
            TaskEvent::Immediate(end) => {
                let count = match end {
                    TaskEnd::Succeeded => &shard.immediately_succeeded,
                    _ => &shard.immediately_failed,
                };
                count.fetch_add(1, Ordering::Relaxed);
                let (_, counter) = shard.of_end(&self.handles, end);
                counter.increment(1);
                let Handles {
                    scheduled,
                    started,
                    time,
                    schedule_time,
                    run_time,
                    ..
                } = &self.handles;
                scheduled.increment(1);
                started.increment(1);
                for time in [time, schedule_time, run_time] {
                    time.record(0.0);
                }
            }
        }
    }

    fn started(&self, shard: &Shard, waited: Option<Duration>) {
        shard.started.fetch_add(1, Ordering::Relaxed);
        self.handles.started.increment(1);
        if let Some(waited) = waited {
            self.schedule_time.add_time(TIMES, waited);
            self.handles.schedule_time.record(waited.as_secs_f64());
        }
    }

    pub(super) fn statistics(&self) -> TaskStatistics {
        let sum = |of: fn(&Shard) -> &AtomicU64| -> u64 {
            let shards = self.shards.iter();
            shards.map(|shard| of(shard).load(Ordering::Relaxed)).sum()
        };
        let immediately_succeeded = sum(|shard| &shard.immediately_succeeded);
        let immediately_failed = sum(|shard| &shard.immediately_failed);
        let immediate = immediately_succeeded + immediately_failed;
        let times = |of: &Buckets<18>| {
            let mut times = TIMES.statistics([of].into_iter());
            times.add_smallest(immediate);
            times
        };
        TaskStatistics {
            kind: self.kind,
            resource: self.resource.clone(),
            scheduled: sum(|shard| &shard.scheduled) + immediate,
            started: sum(|shard| &shard.started) + immediate,
            succeeded: sum(|shard| &shard.succeeded) + immediately_succeeded,
            failed: sum(|shard| &shard.failed) + immediately_failed,
            timed_out: sum(|shard| &shard.timed_out),
            heartbeat_timed_out: sum(|shard| &shard.heartbeat_timed_out),
            time: times(&self.time),
            schedule_time: times(&self.schedule_time),
            run_time: times(&self.run_time),
        }
    }
}

impl Shard {
    fn of_end<'a>(&'a self, handles: &'a Handles, end: TaskEnd) -> (&'a AtomicU64, &'a Counter) {
        match end {
            TaskEnd::Succeeded => (&self.succeeded, &handles.succeeded),
            TaskEnd::Failed => (&self.failed, &handles.failed),
            TaskEnd::TimedOut => (&self.timed_out, &handles.timed_out),
            TaskEnd::HeartbeatTimedOut => (&self.heartbeat_timed_out, &handles.heartbeat_timed_out),
        }
    }
}

impl fmt::Debug for TaskMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskMeter")
            .field("kind", &self.kind)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
