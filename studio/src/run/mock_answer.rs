//! The results of Tasks that a user writes for a test of the whole definition.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use stepwright_asl::model::StateKind;
use stepwright_editor::Definition;
use stepwright_engine::task::{TaskFailure, TaskResult};
use stepwright_engine::value::Value;
use stepwright_testing::Mock;

use crate::run::state_data::{StateData, members};

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
                let wrong = "`Throw` is an object with the texts `Error` and `Cause`";
                let text = |name: &str| error.get(name).map(|text| text.as_str().ok_or(wrong));
                Ok(MockAnswer::Failure {
                    error: text("Error").ok_or(wrong)??.to_owned(),
                    cause: text("Cause").transpose()?.unwrap_or_default().to_owned(),
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

/// Reads the answers of a user, by the names of the states. A run calls the Tasks only; a test of a
/// Parallel or Map has its result, too.
pub(crate) fn mock_answers(
    definition: &Definition,
    text: &str,
) -> Result<BTreeMap<String, MockAnswer>, String> {
    let names = state_names(definition, has_mock);
    let answers = members(StateData::Mock, text)?.into_iter();
    let answers = answers.map(|(name, value)| {
        if !names.contains(&name) {
            return Err(format!(
                "the mock of `{name}`: there is no Task, Parallel or Map with this name"
            ));
        }
        let answer = MockAnswer::of(&value);
        let answer = answer.map_err(|reason| format!("the mock of `{name}`: {reason}"))?;
        Ok((name, answer))
    });
    answers.collect()
}

/// Whether a state has a result that a user can write.
pub(crate) fn has_mock(kind: StateKind) -> bool {
    matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map)
}

/// The names of the states of some types.
pub(crate) fn state_names(
    definition: &Definition,
    is_wanted: impl Fn(StateKind) -> bool,
) -> Vec<String> {
    let graph = definition.graph();
    let states = graph.states().iter();
    let wanted = states.filter(|state| state.kind.is_some_and(&is_wanted));
    wanted.map(|state| state.name.to_owned()).collect()
}
