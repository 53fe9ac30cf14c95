//! A counterexample as a mock file of Step Functions Local, which `stepwright run --mocks` reads.

use serde_json::{Map, Value as Json, json};
use stepwright_explore::{Counterexample, PathStep};

/// The test case in the file.
const CASE: &str = "counterexample";

/// Returns the file: a response for each state, with its attempts in their order.
pub(super) fn mock_file(example: &Counterexample) -> String {
    let mut responses: Map<String, Json> = Map::new();
    let mut states: Map<String, Json> = Map::new();
    for step in example.steps() {
        let (state, reply) = match step {
            PathStep::Succeed { state, result, .. } => (state, json!({"Return": result.to_json()})),
            PathStep::Fail { state, error, .. } => (
                state,
                json!({"Throw": {"Error": error, "Cause": "explored"}}),
            ),
            _ => continue,
        };
        let attempts = responses.entry(state.clone());
        if let Json::Object(attempts) = attempts.or_insert_with(|| json!({})) {
            attempts.insert(attempts.len().to_string(), reply);
        }
        states.insert(state.clone(), json!(state));
    }
    let history = example.history();
    let machine = history.execution().machine_name();
    let file = json!({
        "StateMachines": {machine: {"TestCases": {CASE: states}}},
        "MockedResponses": responses,
    });
    format!("{file:#}\n")
}
