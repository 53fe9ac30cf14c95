//! A counterexample as a mock file of Step Functions Local, which `stepwright run --mocks` reads.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use stepwright_explore::{Counterexample, PathStep};

/// The test case in the file.
const CASE: &str = "counterexample";

/// Returns the file: a response for each state, with its attempts in their order. The calls of a
/// nested execution are not in it, because the state that starts it has its response.
///
/// # Errors
///
/// The reason why a mock file cannot repeat the path.
pub(super) fn mock_file(example: &Counterexample) -> Result<String, String> {
    // Each child of a Map Run is an execution, whose attempts are counted from 0.
    let mut of_executions: BTreeMap<Option<&str>, BTreeMap<&str, Vec<Json>>> = BTreeMap::new();
    for step in example.steps() {
        let (state, reply) = match step {
            PathStep::Succeed { state, result, .. } => (state, json!({"Return": result.to_json()})),
            PathStep::Fail { state, error, .. } => (
                state,
                json!({"Throw": {"Error": error, "Cause": "explored"}}),
            ),
            PathStep::Read { state, .. } => {
                return Err(format!(
                    "a mock file cannot contain the items that the ItemReader of `{state}` reads"
                ));
            }
            PathStep::WriteFailed { state } => {
                return Err(format!(
                    "a mock file cannot contain a failure of the ResultWriter of `{state}`"
                ));
            }
            _ => continue,
        };
        let execution = step.execution();
        let is_nested = execution.is_some_and(|execution| !execution.ends_with(']'));
        if !is_nested {
            let states = of_executions.entry(execution).or_default();
            states.entry(state.as_str()).or_default().push(reply);
        }
    }
    let mut replies: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for states in of_executions.into_values() {
        for (state, attempts) in states {
            let known = replies.entry(state).or_default();
            let same = known.iter().zip(&attempts).all(|(one, other)| one == other);
            if !same {
                return Err(format!(
                    "the children of a Map Run get different results from `{state}`, which a mock file cannot contain; write a `.rs` file"
                ));
            }
            if attempts.len() > known.len() {
                *known = attempts;
            }
        }
    }
    let states: Map<String, Json> = replies
        .keys()
        .map(|state| ((*state).to_owned(), json!(state)))
        .collect();
    let responses: Map<String, Json> = replies
        .into_iter()
        .map(|(state, attempts)| {
            let attempts = attempts.into_iter().enumerate();
            let attempts: Map<String, Json> = attempts
                .map(|(number, reply)| (number.to_string(), reply))
                .collect();
            (state.to_owned(), Json::Object(attempts))
        })
        .collect();
    let history = example.history();
    let machine = history.execution().machine_name();
    let file = json!({
        "StateMachines": {machine: {"TestCases": {CASE: states}}},
        "MockedResponses": responses,
    });
    Ok(format!("{file:#}\n"))
}
