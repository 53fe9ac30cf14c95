//! The tasks that a test in another process executes (`/testing/tasks`).

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hyper::Uri;
use hyper::header::HeaderMap;
use serde_json::{Value as Json, json};
use stepwright_asl::similar::did_you_mean;
use stepwright_asl::words::quoted_or_none;
use stepwright_engine::task::{
    Answer, DefinedState, IntegrationPattern, Resource, TaskCall, TaskFailure, TaskSource,
};
use stepwright_engine::value::Value;
use stepwright_server::{CheckedTasks, TestedTasks};

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
    /// The names of the tasks that were called.
    called: HashSet<String>,
    /// The tasks of all state machines that the account had.
    defined: HashSet<TaskOfMachine>,
}

/// A Task state of a state machine.
#[derive(Debug, PartialEq, Eq, Hash)]
struct TaskOfMachine {
    machine: String,
    state: String,
    resource: String,
    target: Option<String>,
}

impl TaskOfMachine {
    fn of(state: &DefinedState) -> Option<Self> {
        let task = state.task()?;
        Some(Self {
            machine: state.machine().to_owned(),
            state: state.name().to_owned(),
            resource: task.resource().as_str().to_owned(),
            target: task.target().map(str::to_owned),
        })
    }

    fn named(&self) -> NamedTask<'_> {
        NamedTask {
            machine: &self.machine,
            state: &self.state,
            resource: &self.resource,
            target: self.target.as_deref(),
        }
    }

    /// Returns whether the function or another target is computed, so that a call may have any
    /// name.
    fn is_computed(&self) -> bool {
        self.target.is_none() && Resource::parse(&self.resource).target_key().is_some()
    }
}

impl SentTasks {
    fn check(&self) -> CheckedTasks {
        let mut checked = CheckedTasks::default();
        if self.defined.is_empty() {
            return checked;
        }
        let open = self.bindings.iter();
        for binding in open.filter(|binding| !self.called.contains(&binding.name)) {
            let mut defined = self.defined.iter();
            let is_known = defined.any(|task| {
                let is_named = task.named().find(std::slice::from_ref(binding)).is_some();
                is_named || task.is_computed()
            });
            if is_known {
                checked.unused.push(binding.name.clone())
            } else {
                checked.unknown.push(self.unknown(&binding.name))
            }
        }
        checked
    }

    fn unknown(&self, name: &str) -> String {
        let named = self.defined.iter().map(TaskOfMachine::named);
        let names: BTreeSet<&str> = named.flat_map(|task| task.names()).collect();
        let hint = match did_you_mean(name, names.iter().copied()) {
            Some(hint) => hint,
            None => format!("the tasks are {}", quoted_or_none(names)),
        };
        format!("no task is named `{name}`; {hint}")
    }
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
        let mut sent = self.sent_mut();
        sent.bindings = bindings.collect();
        sent.open = tasks.open.into_iter().collect();
        Ok(())
    }

    /// Compares the names with the tasks of the state machines.
    pub(crate) fn check(&self) -> CheckedTasks {
        self.sent().check()
    }

    fn sent(&self) -> RwLockReadGuard<'_, SentTasks> {
        self.tasks.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent_mut(&self) -> RwLockWriteGuard<'_, SentTasks> {
        self.tasks.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the name and the URL of a task, and whether its token stays open, if a test executes
    /// it.
    fn find(&self, task: NamedTask<'_>) -> Option<(String, Uri, bool)> {
        let sent = self.sent();
        let binding = task.find(&sent.bindings)?;
        let stays_open = sent.open.contains(&binding.name);
        Some((binding.name.clone(), binding.url()?.clone(), stays_open))
    }
}

impl TaskSource for TestTasks {
    fn machine_added(&self, states: &[DefinedState]) {
        let tasks = states.iter().filter_map(TaskOfMachine::of);
        self.sent_mut().defined.extend(tasks);
    }

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
        self.sent_mut().called.insert(name.clone());
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
                Some(_) if is_lambda_response(&output) => output,
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

/// Returns whether a value is the whole response of `lambda:invoke`, as a mock file has it.
fn is_lambda_response(output: &Value) -> bool {
    const MEMBERS: [&str; 7] = [
        "ExecutedVersion",
        "FunctionError",
        "LogResult",
        "Payload",
        "SdkHttpMetadata",
        "SdkResponseMetadata",
        "StatusCode",
    ];
    output.as_object().is_some_and(|members| {
        let mut names = members.iter().map(|(name, _)| name);
        members.get("Payload").is_some() && names.all(|name| MEMBERS.contains(&name))
    })
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
    fn a_whole_response_of_lambda_is_not_wrapped() {
        for (output, is_whole) in [
            (r#"{"Payload": {"id": 1}}"#, true),
            (
                r#"{"Payload": 7, "StatusCode": 200, "ExecutedVersion": "$LATEST"}"#,
                true,
            ),
            (r#"{"Payload": 7, "id": 1}"#, false),
            (r#"{"StatusCode": 200}"#, false),
            ("[]", false),
        ] {
            let output = Value::from_text(output).expect("it is JSON");
            assert_eq!(is_lambda_response(&output), is_whole, "{output}");
        }
    }

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
