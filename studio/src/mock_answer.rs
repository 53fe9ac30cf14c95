//! The results of Tasks that a user writes for a test of the whole definition.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use stepwright_asl::json::Json as Asl;
use stepwright_editor::Definition;
use stepwright_runtime::task::{TaskFailure, TaskResult};
use stepwright_runtime::testing::Mock;
use stepwright_runtime::value::Value;

/// The answer to the calls of a Task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MockAnswer {
    Result(Json),
    Failure {
        error: String,
        cause: String,
    },
    /// The answers to several calls; the last one also answers the calls after it.
    Sequence(Vec<MockAnswer>),
}

impl MockAnswer {
    /// Reads an answer: `{"Throw": {"Error": .., "Cause": ..}}` is an error, `{"Return": ..}` a
    /// result, `{"Sequence": [..]}` the answers to several calls; any other value is the result
    /// itself.
    pub(crate) fn of(value: &Json) -> Result<MockAnswer, String> {
        let members = value.as_object().filter(|members| members.len() == 1);
        let only = members.and_then(|members| members.iter().next());
        match only {
            Some((key, error)) if key == "Throw" => {
                let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                Ok(MockAnswer::Failure {
                    error: text("Error"),
                    cause: text("Cause"),
                })
            }
            Some((key, result)) if key == "Return" => Ok(MockAnswer::Result(result.clone())),
            Some((key, Json::Array(answers))) if key == "Sequence" => {
                let answers: Result<Vec<MockAnswer>, String> =
                    answers.iter().map(MockAnswer::of).collect();
                match answers? {
                    answers if answers.is_empty() => {
                        Err("a `Sequence` of a mock needs an answer".to_owned())
                    }
                    answers => Ok(MockAnswer::Sequence(answers)),
                }
            }
            _ => Ok(MockAnswer::Result(value.clone())),
        }
    }

    /// The answer for an engine.
    pub(crate) fn mock(&self) -> Mock {
        match self {
            MockAnswer::Result(result) => Mock::output(Value::from(result.clone())),
            MockAnswer::Failure { error, cause } => Mock::failure(error.clone(), cause.clone()),
            MockAnswer::Sequence(answers) => {
                let mut mocks = answers.iter().rev().map(MockAnswer::mock);
                let last = mocks.next().unwrap_or_else(|| Mock::output(Value::Null));
                mocks.fold(last, |rest, mock| mock.times(1).then(rest))
            }
        }
    }

    /// The answer to one of the calls, for a debugger.
    pub(crate) fn result(&self, call: usize) -> TaskResult {
        match self {
            MockAnswer::Result(result) => Ok(Value::from(result.clone())),
            MockAnswer::Failure { error, cause } => {
                Err(TaskFailure::new(error.clone(), cause.clone()))
            }
            MockAnswer::Sequence(answers) => match answers.get(call).or(answers.last()) {
                Some(answer) => answer.result(call),
                None => Ok(Value::Null),
            },
        }
    }
}

/// Reads the answers of a user, by the names of the Tasks.
pub(crate) fn mock_answers(
    definition: &Definition,
    text: &str,
) -> Result<BTreeMap<String, MockAnswer>, String> {
    let given = json("the mocks", text)?;
    let given = given
        .as_object()
        .ok_or("the mocks are an object with the result of each state by its name")?;
    let names = task_names(definition);
    if let Some(unknown) = given.keys().find(|name| !names.contains(name)) {
        return Err(format!(
            "there is no Task state `{unknown}` for the mock of this name"
        ));
    }
    let answers = given
        .iter()
        .map(|(name, value)| Ok((name.clone(), MockAnswer::of(value)?)));
    answers.collect()
}

/// The names of all Tasks.
pub(crate) fn task_names(definition: &Definition) -> Vec<String> {
    let graph = definition.graph();
    let tasks = graph.states().iter().filter(|state| {
        let kind = state.object.get("Type").and_then(Asl::as_str);
        kind == Some("Task")
    });
    tasks.map(|state| state.name.to_owned()).collect()
}

/// Reads what a user typed; an empty text is an empty object.
pub(crate) fn json(what: &str, text: &str) -> Result<Json, String> {
    match text.trim() {
        "" => Ok(Json::Object(serde_json::Map::new())),
        text => serde_json::from_str(text).map_err(|error| format!("{what} is no JSON: {error}")),
    }
}
