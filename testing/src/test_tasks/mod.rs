//! The tasks that a test outside of the program executes: in another process or in JavaScript.

mod named_task;

use std::collections::{BTreeSet, HashSet};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::{Value as Json, json};
use stepwright_asl::similar::did_you_mean;
use stepwright_asl::words::quoted_or_none;
use stepwright_engine::task::{
    Answer, DefinedState, IntegrationPattern, Resource, TaskCall, TaskFailure, TaskSource,
};
use stepwright_engine::value::Value;

pub use self::named_task::{FunctionName, NamedTask};

/// Sends the calls of tasks to a test.
pub trait TestCaller: Send + Sync {
    /// Sends a call in JSON, and returns the answer: `{"output": ..}`, or the failure
    /// `{"error": .., "cause": ..}`. The failure of an answer that is larger than any result is
    /// `too_large`.
    fn call(
        &self,
        call: String,
        too_large: TaskFailure,
    ) -> impl Future<Output = Result<String, TaskFailure>> + Send + 'static;
}

/// Sends the calls of the named tasks to a test. Clones share the names.
#[derive(Debug, Clone, Default)]
pub struct TestTasks<C> {
    tasks: Arc<RwLock<SentTasks>>,
    caller: C,
}

/// The names that did not matter in a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedNames {
    /// A sentence for each name that no state machine has.
    pub unknown: Vec<String>,
    /// The names of tasks that exist and that nothing called.
    pub unused: Vec<String>,
}

/// The tasks that a test executes.
#[derive(Debug, Default)]
struct SentTasks {
    names: Vec<String>,
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
    fn check(&self) -> CheckedNames {
        let mut checked = CheckedNames::default();
        if self.defined.is_empty() {
            return checked;
        }
        for name in self
            .names
            .iter()
            .filter(|name| !self.called.contains(*name))
        {
            let is_known = self.defined.iter().any(|task| {
                task.is_computed() || task.named().find(std::slice::from_ref(name)).is_some()
            });
            if is_known {
                checked.unused.push(name.clone())
            } else {
                checked.unknown.push(self.unknown(name))
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

impl<C: TestCaller> TestTasks<C> {
    /// Creates a source without names.
    pub fn new(caller: C) -> Self {
        Self {
            tasks: Arc::default(),
            caller,
        }
    }

    /// Sends the tasks with these names, and no others. The tokens of the tasks named in `open`
    /// stay open: the answer is the response to the request.
    pub fn send(&self, names: Vec<String>, open: impl IntoIterator<Item = String>) {
        let mut sent = self.sent_mut();
        sent.names = names;
        sent.open = open.into_iter().collect();
    }

    /// Returns what sends the calls.
    pub fn caller(&self) -> &C {
        &self.caller
    }

    /// Compares the names with the tasks of the state machines.
    pub fn check(&self) -> CheckedNames {
        self.sent().check()
    }

    fn sent(&self) -> RwLockReadGuard<'_, SentTasks> {
        self.tasks.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent_mut(&self) -> RwLockWriteGuard<'_, SentTasks> {
        self.tasks.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the name of a task, and whether its token stays open, if a test executes it.
    fn find(&self, task: NamedTask<'_>) -> Option<(String, bool)> {
        let sent = self.sent();
        let name = task.find(&sent.names)?;
        Some((name.clone(), sent.open.contains(name)))
    }
}

impl<C: TestCaller> TaskSource for TestTasks<C> {
    fn check(&self, states: &[DefinedState]) -> Vec<String> {
        self.machine_added(states);
        Vec::new()
    }

    fn machine_added(&self, states: &[DefinedState]) {
        let tasks = states.iter().filter_map(TaskOfMachine::of);
        self.sent_mut().defined.extend(tasks);
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        // The test sets the names later.
        state.task().is_some()
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let (name, stays_open) = self.find(NamedTask {
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
        let answered = self
            .caller
            .call(request.to_string(), call.result_too_large());
        let work = Answer::later(async move {
            let output = result(&answered.await?).map_err(|failure| {
                let cause = "the test returned neither an `output` nor an `error`";
                failure.unwrap_or_else(|| TaskFailure::new("TestTaskFailed", cause))
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
