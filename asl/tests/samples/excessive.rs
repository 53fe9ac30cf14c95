//! Unrealistic definitions that must be compared and drawn nevertheless.

use serde_json::{Value, json};
use stepwright_asl::json::Json;

/// Number of states of each.
const MANY: usize = 1_000;

/// Creates the state with an index.
type State = fn(usize) -> Value;

/// Definitions, named after their excess.
pub(crate) fn definitions() -> Vec<(&'static str, Json)> {
    let all: [(&str, State); 7] = [
        (
            "a chain",
            |at| json!({"Type": "Pass", "Next": name(at + 1)}),
        ),
        ("islands", |_| json!({"Type": "Pass", "End": true})),
        ("one handler", |at| {
            json!({"Type": "Task", "Resource": "x", "Next": name(at + 1),
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Handler"}]})
        }),
        ("loops", |at| {
            let rule = json!({"Variable": "$.x", "IsNull": true, "Next": name(at)});
            json!({"Type": "Choice", "Choices": [rule], "Default": name(at + 1)})
        }),
        ("a tangle", |at| {
            let rules: Vec<Value> = [at * 7919, at * 104_729]
                .map(|to| json!({"Next": name(to % MANY)}))
                .into();
            json!({"Type": "Choice", "Choices": rules})
        }),
        (
            "missing targets",
            |at| json!({"Type": "Pass", "Next": format!("Missing{at}")}),
        ),
        (
            "ways back",
            |at| json!({"Type": "Choice", "Choices": [{"Next": name(at / 2)}], "Default": name(at + 1)}),
        ),
    ];
    let mut definitions: Vec<(&str, Json)> = all
        .into_iter()
        .map(|(what, state)| (what, machine((0..MANY).map(|at| (name(at), state(at))))))
        .collect();
    let rules: Vec<Value> = (0..MANY)
        .map(|at| json!({"Variable": "$.x", "NumericEquals": at, "Next": name(at)}))
        .collect();
    let ends = (0..MANY).map(|at| (name(at), json!({"Type": "Succeed"})));
    let router = (
        "Router".to_owned(),
        json!({"Type": "Choice", "Choices": rules}),
    );
    definitions.push(("a router", machine(std::iter::once(router).chain(ends))));
    let branches: Vec<Value> = (0..MANY)
        .map(|at| json!({"StartAt": name(at), "States": {name(at): {"Type": "Succeed"}}}))
        .collect();
    let wide = (
        "Wide".to_owned(),
        json!({"Type": "Parallel", "Branches": branches, "End": true}),
    );
    definitions.push(("a wide state", machine(std::iter::once(wide))));
    definitions.push(("a deep state", deep(80).into()));
    let long = "long ".repeat(100_000);
    let state =
        json!({"Type": "Choice", "Comment": long, "Choices": [{"Condition": long, "Next": long}]});
    definitions.push((
        "long names",
        machine(std::iter::once((long.clone(), state))),
    ));
    definitions
}

fn name(at: usize) -> String {
    format!("State{at}")
}

fn machine(states: impl Iterator<Item = (String, Value)>) -> Json {
    let states: serde_json::Map<String, Value> = states.collect();
    let start = states.keys().next().cloned();
    json!({"StartAt": start, "States": states}).into()
}

fn deep(levels: usize) -> Value {
    let mut body = json!({"StartAt": "Core", "States": {"Core": {"Type": "Succeed"}}});
    for level in 0..levels {
        let state = if level % 2 == 0 {
            json!({"Type": "Map", "ItemProcessor": body, "End": true})
        } else {
            json!({"Type": "Parallel", "Branches": [body], "End": true})
        };
        body = json!({"StartAt": name(level), "States": {name(level): state}});
    }
    body
}
