//! The counts of a store's content, for an operator.

use crate::Status;
use crate::clock::Timestamp;

/// The counts of a store's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreContent {
    /// The executions without children of Map Runs.
    pub executions: StatusCounts,
    /// The Standard children of Map Runs.
    pub children: StatusCounts,
    /// The state machines with a definition or an execution, by their names.
    pub machines: Vec<StoredMachineInfo>,
    /// The number of Map Runs.
    pub map_runs: u64,
    /// The number of activities.
    pub activities: u64,
    /// The number of documents.
    pub documents: u64,
    /// The number of status changes that the listener has not confirmed.
    pub status_changes: u64,
    /// The number of jobs and executions that are to be stopped.
    pub stops: u64,
    /// The open execution that started first, without children of Map Runs.
    pub oldest_open: Option<OldestExecution>,
    /// When the oldest execution of the store started, open or closed, without children of Map
    /// Runs.
    pub oldest_start: Option<Timestamp>,
}

/// A number of executions for each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusCounts {
    /// Executions that run.
    pub running: u64,
    /// Executions with an output.
    pub succeeded: u64,
    /// Executions that an error ended.
    pub failed: u64,
    /// Executions that their timeout ended.
    pub timed_out: u64,
    /// Executions that were stopped.
    pub aborted: u64,
}

/// A state machine in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMachineInfo {
    /// Its name.
    pub name: String,
    /// The number of its definitions in the store.
    pub versions: u64,
    /// The number of its executions.
    pub executions: u64,
}

/// The open execution that started first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldestExecution {
    /// Its ARN.
    pub id: String,
    /// When it started.
    pub started: Timestamp,
}

impl StatusCounts {
    /// Returns the number of executions with this status.
    pub fn of(&self, status: Status) -> u64 {
        match status {
            Status::Running => self.running,
            Status::Succeeded => self.succeeded,
            Status::Failed => self.failed,
            Status::TimedOut => self.timed_out,
            Status::Aborted => self.aborted,
        }
    }

    /// Creates the counts from the number of all executions, and those of each status except
    /// `SUCCEEDED`, which no index contains.
    pub fn new(all: u64, others: &[(Status, u64)]) -> Self {
        let mut counts = Self::default();
        for (status, count) in others {
            match status {
                Status::Running => counts.running = *count,
                Status::Succeeded => {}
                Status::Failed => counts.failed = *count,
                Status::TimedOut => counts.timed_out = *count,
                Status::Aborted => counts.aborted = *count,
            }
        }
        let others = others.iter().map(|(_, count)| count).sum();
        counts.succeeded = all.saturating_sub(others);
        counts
    }
}
