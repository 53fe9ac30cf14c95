use crate::clock::Timestamp;
use crate::execution_info::ExecutionInfo;
use crate::history::History;
use crate::interpret::Failure;
use crate::status::Status;
use crate::value::Value;

/// How an execution ended, with its history.
///
/// An execution with a store that this engine does not drive any more, because the engine was shut down or the store failed, is not over:
/// its report has the status [`Status::Running`], the reason as its error, and the history as far as it is durable. An engine that opens
/// the store later continues the execution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExecutionReport {
    /// How it ended; [`Status::Running`] when this engine suspended it.
    pub status: Status,
    /// Its output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed or was stopped with one. An execution whose own time ran out has none.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// When it ended, or was suspended.
    pub stopped: Timestamp,
    /// Everything that happened.
    pub history: History,
}

impl ExecutionReport {
    pub(super) fn new(
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

    /// Whether the execution is over. Otherwise the engine suspended it, and an engine that opens the store later continues it.
    pub fn is_over(&self) -> bool {
        self.status != Status::Running
    }

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
    pub fn execution(&self) -> &ExecutionInfo {
        self.history.execution()
    }
}
