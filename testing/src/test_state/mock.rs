//! Reads and checks the mock of a `TestState` request, and answers the task with it.

use stepwright_engine::task::{Answer, TaskCall, TaskFailure, TaskResult, TaskSource};
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::program::Kind;
use stepwright_interpreter::value::Value;

use super::TestStateError;
use super::model::{self, Strictness};
use super::request::{FieldValidationMode, MockInput};
use super::subject::Subject;

const BOTH: &str =
    "A test mock should have only one of the following fields: [result, errorOutput].";

/// Returns the task result for the mock of a request.
pub(super) fn read(mock: &MockInput, subject: &Subject) -> Result<TaskResult, TestStateError> {
    match (&mock.result, &mock.error_output) {
        (Some(result), _) => result_of(result, mock, subject).map(Ok),
        (None, error) => {
            let error = error.clone().unwrap_or_default();
            Ok(Err(TaskFailure {
                error: error.error,
                cause: error.cause,
            }))
        }
    }
}

/// Checks that a mock has either a result or an error.
pub(super) fn has_one_of_both(mock: &MockInput) -> Result<(), TestStateError> {
    if mock.result.is_some() == mock.error_output.is_some() {
        return Err(TestStateError::validation(BOTH));
    }
    Ok(())
}

fn result_of(text: &str, mock: &MockInput, subject: &Subject) -> Result<Value, TestStateError> {
    let result = Value::from_text(text)
        .map_err(|_| TestStateError::validation("Mocked result must be valid JSON"))?;
    match subject.kind() {
        Kind::Task(task) => {
            let strictness = match mock.field_validation_mode.unwrap_or_default() {
                FieldValidationMode::Strict => Strictness::Required,
                FieldValidationMode::Present => Strictness::Present,
                FieldValidationMode::None => return Ok(result),
            };
            model::check(&task.resource, &result, strictness).map_err(|problem| {
                let problem = format!("Mock result schema validation error: {problem}");
                TestStateError::validation(problem)
            })?;
        }
        Kind::Map(_) if subject.writes_results => {
            if result.as_object().is_none() {
                let text = "Mocked result must be a JSON object.";
                return Err(TestStateError::validation(text));
            }
        }
        kind => {
            let Some(results) = result.as_array() else {
                return Err(TestStateError::validation(
                    "Mocked result must be an array.",
                ));
            };
            if let Kind::Parallel(parallel) = kind
                && parallel.branches.len() != results.as_slice().len()
            {
                let text = "Mocked result must contain the same number of items as number of Parallel branches.";
                return Err(TestStateError::validation(text));
            }
        }
    }
    Ok(result)
}

/// Checks that not more iterations failed than there are outputs.
pub(super) fn has_iterations(result: &TaskResult, failed: Option<u32>) -> bool {
    let outputs = result.as_ref().ok().and_then(Value::as_array);
    match (outputs, failed) {
        (Some(outputs), Some(failed)) => failed as usize <= outputs.as_slice().len(),
        _ => true,
    }
}

/// Answers the task under test.
#[derive(Debug)]
pub(super) struct MockedAnswer {
    pub(super) result: TaskResult,
    /// The token in the request's context object.
    pub(super) token: Option<String>,
}

impl TaskSource for MockedAnswer {
    fn answer(&self, _call: &TaskCall<'_>) -> Option<Answer> {
        Some(Answer::result(self.result.clone()))
    }

    fn token(&self, _execution: &ExecutionInfo, _state: &str) -> Option<String> {
        self.token.clone()
    }
}
