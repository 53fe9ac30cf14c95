use std::fmt;

use crate::about::About;
use crate::clock::Timestamp;
use crate::history::History;
use crate::record::record;
use crate::value::Value;

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// It runs.
    Running,
    /// It ended with an output.
    Succeeded,
    /// A state failed and nothing caught it.
    Failed,
    /// Its time ran out.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
}

impl Status {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How an execution ended, as DescribeExecution tells it, with its history.
#[derive(Clone, Debug)]
pub struct ExecutionReport {
    /// How it ended; never [`Status::Running`].
    pub status: Status,
    /// Its output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed or was stopped with one. An execution whose own time ran out has none.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// When it ended.
    pub stopped: Timestamp,
    /// Everything that happened.
    pub history: History,
}

impl ExecutionReport {
    /// About how many bytes of memory it holds, mostly its values.
    pub(super) fn bytes(&self) -> u64 {
        if self.history.is_empty() {
            let output = self.output.as_ref().map_or(0, |output| output.json_len());
            return self.execution().input.json_len().saturating_add(output);
        }
        // Input and output are those of its events.
        self.history.bytes()
    }

    /// The execution: its ids, names and input.
    pub fn execution(&self) -> &About {
        self.history.execution()
    }
}

record!(enum Status { 0 => Running, 1 => Succeeded, 2 => Failed, 3 => TimedOut, 4 => Aborted });
