//! The calls that mocks answered, for assertions in tests.

use stepwright_interpreter::value::Value;

use stepwright_engine::task::TaskCall;

/// A call that a mock answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MockedCall {
    /// The execution's ARN.
    pub execution: String,
    /// The state.
    pub state: String,
    /// The state's `Resource`.
    pub resource: String,
    /// The effective parameters.
    pub parameters: Value,
    /// How many times this visit of the state was retried before.
    pub attempt: u32,
    /// The task token, if the task has one.
    pub token: Option<String>,
}

impl MockedCall {
    pub(super) fn of(call: &TaskCall<'_>) -> Self {
        Self {
            execution: call.execution().id().to_owned(),
            state: call.state().to_owned(),
            resource: call.resource().to_string(),
            parameters: call.parameters().clone(),
            attempt: call.attempt(),
            token: call.token().map(str::to_owned),
        }
    }
}
