//! The tasks that a test in another process executes (`/testing/tasks`).

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use hyper::Uri;
use hyper::header::HeaderMap;
use serde_json::{Value as Json, json};
use stepwright_runtime::task::{
    Answer, DefinedState, IntegrationPattern, TaskCall, TaskFailure, TaskSource,
};
use stepwright_runtime::value::Value;
use stepwright_server::TestedTasks;

use super::endpoint::{Client, url};
use super::names::NamedTask;
use super::target::TaskBinding;

/// Sends tasks to a URL of a test. Clones share the names.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestTasks {
    tasks: Arc<RwLock<SentTasks>>,
    client: Client,
}

/// The tasks that a test executes.
#[derive(Debug, Default)]
struct SentTasks {
    bindings: Vec<TaskBinding>,
    /// The names of the tasks whose tokens stay open: the response is that of the request.
    open: HashSet<String>,
}

impl TestTasks {
    /// Sends the tasks of a test, and no others.
    ///
    /// # Errors
    ///
    /// If the URL is invalid.
    pub(crate) fn send(&self, tasks: TestedTasks) -> Result<(), String> {
        let endpoint = url(&tasks.url)?;
        let names = tasks.names.into_iter();
        let bindings = names.map(|name| TaskBinding::to_url(name, endpoint.clone()));
        let sent = SentTasks {
            bindings: bindings.collect(),
            open: tasks.open.into_iter().collect(),
        };
        *self.tasks.write().unwrap_or_else(PoisonError::into_inner) = sent;
        Ok(())
    }

    /// Returns the name and the URL of a task, and whether its token stays open, if a test executes
    /// it.
    fn find(&self, task: NamedTask<'_>) -> Option<(String, Uri, bool)> {
        let tasks = self.tasks.read().unwrap_or_else(PoisonError::into_inner);
        let binding = task.find(&tasks.bindings)?;
        let stays_open = tasks.open.contains(&binding.name);
        Some((binding.name.clone(), binding.url()?.clone(), stays_open))
    }
}

impl TaskSource for TestTasks {
    fn may_answer(&self, state: &DefinedState) -> bool {
        // The test sets the names later.
        state.task().is_some()
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let (name, url, stays_open) = self.find(NamedTask {
            machine: call.execution().machine_name(),
            state: call.state(),
            resource: call.resource().as_str(),
            target: call.target(),
        })?;
        let invocation = call.invocation();
        let input = match &invocation {
            Some(invocation) => invocation.payload().to_text(),
            None => call.parameters().to_text(),
        };
        let input: Json = match serde_json::from_str(&input) {
            Ok(input) => input,
            Err(error) => return Some(Answer::failure("TestTaskFailed", error.to_string())),
        };
        let request = json!({
            "name": name,
            "input": input,
            "state": call.state(),
            "stateMachine": call.execution().machine_name(),
            "executionName": call.execution().name(),
            "resource": call.resource().as_str(),
            "target": call.target(),
            "attempt": call.attempt(),
            "token": call.token(),
        });
        let (client, too_large) = (self.client.clone(), call.result_too_large());
        let work = Answer::later(async move {
            let failed = |cause: String| TaskFailure::new("TestTaskFailed", cause);
            let response = client
                .post(&url, HeaderMap::new(), request.to_string())
                .await
                .map_err(|error| error.into_failure(too_large, failed))?;
            let output = result(&response.body).map_err(|failure| {
                failure.unwrap_or_else(|| {
                    failed(format!("{url} returned neither an `output` nor an `error`"))
                })
            })?;
            Ok(match invocation {
                Some(invocation) => invocation.response(output),
                None => output,
            })
        });
        Some(match call.resource().pattern() {
            // Without this, the output is the result of the state, as in a file of mocks.
            IntegrationPattern::WaitForTaskToken if stays_open => work.submitting(),
            _ => work,
        })
    }
}

/// Returns the output in `{"output": ..}`, or the failure in `{"error": .., "cause": ..}`.
///
/// # Errors
///
/// The failure of the task; `None` for a body without any of the members.
fn result(body: &str) -> Result<Value, Option<TaskFailure>> {
    let body = Value::from_text(body).map_err(|_| None)?;
    if let Some(output) = body.get("output") {
        return Ok(output.clone());
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let error = text("error").ok_or(None)?;
    Err(Some(TaskFailure {
        error: Some(error),
        cause: text("cause"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_returns_an_output_or_an_error() {
        assert_eq!(result(r#"{"output": null}"#), Ok(Value::Null));
        let declined = TaskFailure {
            error: Some("Declined".to_owned()),
            cause: None,
        };
        assert_eq!(result(r#"{"error": "Declined"}"#), Err(Some(declined)));
        for body in ["", "[]", "{}", "7", r#"{"error": 7}"#] {
            assert_eq!(result(body), Err(None), "{body}");
        }
    }
}
