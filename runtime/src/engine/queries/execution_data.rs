use stepwright_interpreter::value::Value;

use crate::engine::drive::execution_state::ExecutionState;

/// The input and the result of an execution.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExecutionData {
    /// Its input.
    pub input: Value,
    /// Its output, when it succeeded.
    pub output: Option<Value>,
    /// The error name, when it failed or was stopped with one.
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
            error: report.and_then(|report| report.error.clone()),
            cause: report.and_then(|report| report.cause.clone()),
        }
    }
}
