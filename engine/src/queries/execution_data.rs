//! The input and the result of an execution, as requests for many executions return them.

use crate::execution::execution_state::ExecutionState;
use stepwright_interpreter::Status;
use stepwright_interpreter::value::Value;

/// The input and the result of an execution.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExecutionData {
    /// Its input.
    pub input: Value,
    /// Its output, when it succeeded.
    pub output: Option<Value>,
    /// The error name, when it failed or was stopped with one; `States.Timeout` when it timed out.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
}

impl ExecutionData {
    pub(super) fn of_state(state: &ExecutionState) -> Self {
        let report = state.final_report();
        Self {
            input: state.about.input().clone(),
            output: report.and_then(|report| report.output.clone()),
            error: report.and_then(|report| error_name(report.status, report.error.clone())),
            cause: report.and_then(|report| report.cause.clone()),
        }
    }
}

/// Returns the error name of an execution. The timeout of a whole execution is recorded without
/// one.
pub(super) fn error_name(status: Status, error: Option<String>) -> Option<String> {
    error.or_else(|| (status == Status::TimedOut).then(|| "States.Timeout".to_owned()))
}
