//! The final result of an execution: its status, its output or error, and its history.

use stepwright_interpreter::execution::Failure;
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use crate::clock::Timestamp;

/// The end of an execution, with its history.
///
/// With a store, this engine may suspend an execution, because the engine was shut down or the
/// store failed. Such an execution has not ended: its report has the status [`Status::Running`],
/// the reason as its error, and the durable part of the history. An engine that opens the store
/// later continues the execution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExecutionReport {
    /// The final status; [`Status::Running`] when this engine suspended the execution.
    pub status: Status,
    /// Its output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed or was stopped with one. An execution that timed out has none.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// When it ended, or was suspended.
    pub stopped: Timestamp,
    /// The history of the execution.
    pub history: History,
}

impl ExecutionReport {
    pub(crate) fn new(
        status: Status,
        output: Option<Value>,
        failure: Option<Failure>,
        stopped: Timestamp,
        history: History,
    ) -> Self {
        let (error, cause) = failure.map_or((None, None), |failure| (failure.error, failure.cause));
        Self {
            status,
            output,
            error: error.map(String::from),
            cause: cause.map(String::from),
            stopped,
            history,
        }
    }

    /// Whether the execution has ended. Otherwise the engine suspended it, and an engine that opens
    /// the store later continues it.
    pub fn is_over(&self) -> bool {
        self.status != Status::Running
    }

    /// About how many bytes of memory it occupies, mostly for values.
    pub(crate) fn bytes(&self) -> u64 {
        if self.history.is_empty() {
            let output = self.output.as_ref().map_or(0, |output| output.json_len());
            return self.execution().input.json_len().saturating_add(output);
        }
        // Input and output are shared with its events.
        self.history.bytes()
    }

    /// Returns the execution: its ids, names and input.
    pub fn execution(&self) -> &ExecutionInfo {
        self.history.execution()
    }
}
