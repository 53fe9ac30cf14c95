//! The changes of tasks that callers count, for example for metrics.

use std::time::Duration;

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEnd {
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// Its TimeoutSeconds passed.
    TimedOut,
    /// Its HeartbeatSeconds passed without a heartbeat.
    HeartbeatTimedOut,
}

/// The times of a task that has ended. They are known if the execution records its history.
#[derive(Clone, Copy, Debug)]
pub struct TaskTimes {
    /// From the schedule to the end.
    pub all: Duration,
    /// From the start to the end; `None` if it was never started.
    pub run: Option<Duration>,
}

/// A change of a task.
#[derive(Clone, Copy, Debug)]
pub enum TaskEvent {
    /// It was scheduled. The task of an activity starts later, all others at the same time.
    Scheduled,
    /// A worker took it, after this time in the queue, if that is known.
    Taken(Option<Duration>),
    /// It ended, after these times, if they are known.
    Ended(TaskEnd, Option<TaskTimes>),
    /// It was scheduled, started and ended at the same time.
    Immediate(TaskEnd),
}
