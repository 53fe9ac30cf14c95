//! The numbers of an engine at one moment.

use std::time::Duration;

use crate::task::ResourceKind;

/// The numbers of an engine: what it did since it was built, and what it does now.
/// [`Engine::statistics`](crate::Engine::statistics) returns them.
///
/// Counters begin at 0 when an engine is built; a store does not contain them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statistics {
    /// The executions, by state machine. State machines beyond the first 1,000 share the name
    /// [`OTHER`](super::OTHER).
    pub executions: Vec<ExecutionStatistics>,
    /// The tasks, by resource. Resources beyond the first 1,000 of a kind share the name
    /// [`OTHER`](super::OTHER).
    pub tasks: Vec<TaskStatistics>,
    /// The queues of activities. Activities beyond the first 1,000 share the name
    /// [`OTHER`](super::OTHER).
    pub activity_queues: Vec<ActivityQueueStatistics>,
    /// The handlers that were called and have not finished, including those that wait for a thread
    /// or for a limit of concurrent tasks.
    pub running_tasks: u64,
    /// The open executions of the store that cannot be read; see
    /// [`Engine::unreadable_executions`](crate::Engine::unreadable_executions).
    pub quarantined_executions: u64,
    /// The status changes in the store that are not confirmed by the
    /// [listener](crate::StatusListener).
    pub undelivered_status_changes: u64,
    /// The jobs and nested executions in the store that are to be stopped.
    pub undelivered_stops: u64,
    /// The open executions with a task that no handler executes; see
    /// [`Engine::unhandled_tasks`](crate::Engine::unhandled_tasks).
    pub unhandled_executions: u64,
    /// [`Limits::open_executions`](crate::Limits::open_executions).
    pub open_executions_limit: u64,
    /// The closed executions that were deleted because of the retention settings.
    pub deleted_executions: u64,
    /// The store; `None` for an engine without one.
    pub store: Option<StoreStatistics>,
}

impl Statistics {
    /// Returns the numbers of the executions of one state machine. The state machine of the
    /// children of a Distributed Map is named `<state machine>/<label of the Map>`, as on AWS.
    pub fn state_machine(&self, name: &str) -> Option<&ExecutionStatistics> {
        let mut executions = self.executions.iter();
        executions.find(|executions| executions.state_machine == name)
    }

    /// Returns the numbers of the tasks with one resource.
    pub fn resource(&self, resource: &str) -> Option<&TaskStatistics> {
        self.tasks.iter().find(|tasks| tasks.resource == resource)
    }

    /// Returns the sum over all state machines, including the children of Map Runs.
    pub fn all_executions(&self) -> ExecutionStatistics {
        let mut sum = ExecutionStatistics::default();
        for executions in &self.executions {
            sum.add(executions);
        }
        sum
    }
}

/// The executions of one state machine.
///
/// At each moment,
/// `started + redriven + resumed = succeeded + failed + aborted + timed_out + suspended + open`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ExecutionStatistics {
    /// The name of the state machine; empty for the sum over all.
    pub state_machine: String,
    /// How many executions were started. With a store, a start counts when it is durable.
    pub started: u64,
    /// How many closed executions were redriven.
    pub redriven: u64,
    /// How many open executions of the store were resumed when the engine was built.
    pub resumed: u64,
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were aborted.
    pub aborted: u64,
    /// How many timed out.
    pub timed_out: u64,
    /// The executions that this engine suspended. An engine that opens the store later resumes
    /// them.
    pub suspended: u64,
    /// The executions that are running now.
    pub open: u64,
    /// The time from the start, or from the newest redrive, to the end.
    pub time: HistogramStatistics,
}

impl ExecutionStatistics {
    fn add(&mut self, other: &Self) {
        let Self {
            state_machine: _,
            started,
            redriven,
            resumed,
            succeeded,
            failed,
            aborted,
            timed_out,
            suspended,
            open,
            time,
        } = other;
        self.started += started;
        self.redriven += redriven;
        self.resumed += resumed;
        self.succeeded += succeeded;
        self.failed += failed;
        self.aborted += aborted;
        self.timed_out += timed_out;
        self.suspended += suspended;
        self.open += open;
        self.time.add(time);
    }
}

/// The tasks with one resource: an activity, a Lambda function or a service integration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskStatistics {
    /// The kind of the resource.
    pub kind: ResourceKind,
    /// The `Resource` of the Task states.
    pub resource: String,
    /// How many tasks were scheduled: each attempt of a state counts.
    pub scheduled: u64,
    /// How many were started. The task of an activity starts when a worker takes it.
    pub started: u64,
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// How many exceeded `TimeoutSeconds`. Except for activities, also `HeartbeatSeconds`.
    pub timed_out: u64,
    /// How many tasks of an activity exceeded `HeartbeatSeconds`.
    pub heartbeat_timed_out: u64,
    /// The time from the schedule to the end.
    pub time: HistogramStatistics,
    /// The time from the schedule to the start.
    pub schedule_time: HistogramStatistics,
    /// The time from the start to the end.
    pub run_time: HistogramStatistics,
}

/// The queue of an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivityQueueStatistics {
    /// The ARN of the activity.
    pub activity: String,
    /// How many tasks wait for a worker.
    pub waiting: u64,
}

/// The store of an engine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreStatistics {
    /// How many transactions were committed. One transaction has the changes of many executions.
    pub commits: u64,
    /// How many transactions failed. An execution's changes are tried again.
    pub failed_commits: u64,
    /// How many changes were committed.
    pub changes: u64,
    /// The time of a commit: the write and the sync to the disk.
    pub commit_time: HistogramStatistics,
    /// The bytes of a commit.
    pub commit_bytes: HistogramStatistics,
    /// How many submissions wait for the next transaction.
    pub waiting_commits: u64,
    /// Whether the last commit succeeded; see
    /// [`Engine::store_outage`](crate::Engine::store_outage).
    pub is_available: bool,
    /// How long the current outage has lasted; zero without one.
    pub outage_time: Duration,
    /// The bytes of the file, at most two seconds ago; 0 if the store has no file.
    pub file_bytes: u64,
    /// The bytes of the write-ahead log, at most two seconds ago; 0 if the store has none.
    pub log_bytes: u64,
    /// How many engines have had the store, at most two seconds ago; 0 if it cannot be taken over.
    pub epoch: u64,
    /// The number of the last commit, at most two seconds ago; 0 if the store cannot be taken over.
    pub last_commit: u64,
}

/// The distribution of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramStatistics {
    /// The upper bounds of the buckets, except the last bucket, which has none.
    bounds: Vec<f64>,
    /// The number of values in each bucket.
    counts: Vec<u64>,
    sum: f64,
}

impl HistogramStatistics {
    pub(super) fn new(bounds: Vec<f64>, counts: Vec<u64>, sum: f64) -> Self {
        Self {
            bounds,
            counts,
            sum,
        }
    }

    /// Returns the number of values.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns the sum of the values, in seconds or bytes.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Returns the bounds, in seconds or bytes, each with the number of values that are at most the
    /// bound. The last bound is infinite.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]);
        let mut sum = 0;
        bounds.zip(&self.counts).map(move |(bound, count)| {
            sum += count;
            (bound, sum)
        })
    }

    /// Adds values of the first bucket whose sum is 0.
    pub(super) fn add_smallest(&mut self, count: u64) {
        if let Some(first) = self.counts.first_mut() {
            *first += count;
        }
    }

    /// Adds the values of a histogram with the same bounds.
    fn add(&mut self, other: &Self) {
        if self.counts.is_empty() {
            self.clone_from(other);
            return;
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.sum += other.sum;
    }
}
