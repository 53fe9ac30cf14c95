//! Definitions whose names look like pointers, fields and indices.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAMES: &[&str] = &[
    "A",
    "B",
    "States",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "0",
    "a/b",
    "a~b",
    "~1",
    "",
    " ",
    "状態",
    "Next",
    "StartAt",
];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES).prop_map(str::to_owned)
}

fn errors() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "States.ALL",
        "States.TaskFailed",
        "States.Timeout",
        "States.Runtime",
        "States.DataLimitExceeded",
        "States.QueryEvaluationError",
        "Busy",
        "Refused",
    ]);
    prop::collection::vec(name, 0..3).prop_map(Value::from)
}

/// The fields that any state may have besides `Type`.
fn common() -> impl Strategy<Value = Map<String, Value>> {
    let member = prop_oneof![
        Just(("Comment", json!("c"))),
        Just(("X-Unknown", json!({"b": 1, "a": [2.5, null]}))),
        Just(("End", json!(true))),
        Just(("End", json!("${Ends}"))),
        Just(("OutputPath", json!("$.a"))),
        Just(("OutputPath", json!(null))),
        Just(("Retry", json!([]))),
        Just((
            "Retry",
            json!([{"ErrorEquals": ["Busy"], "MaxAttempts": 2}])
        )),
        name().prop_map(|name| ("Next", json!(name))),
        (errors(), name())
            .prop_map(|(errors, next)| ("Catch", json!([{"Next": next, "ErrorEquals": errors}]))),
        Just(("Catch", json!([]))),
    ];
    prop::collection::vec(member, 0..5).prop_map(|members| {
        members
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    })
}

fn body(states: &[(String, Value)], start: &str) -> Value {
    let states: Map<String, Value> = states.iter().cloned().collect();
    json!({"StartAt": start, "States": states})
}

fn bodies(states: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (
        prop::collection::vec((name(), states), 1..5),
        any::<prop::sample::Index>(),
    )
        .prop_map(|(states, start)| body(&states, &states[start.index(states.len())].0))
}

fn state() -> impl Strategy<Value = Value> {
    let own = prop_oneof![
        Just(json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"})),
        Just(
            json!({"Type": "Task", "Resource": "r", "TimeoutSeconds": "${Timeout}", "HeartbeatSeconds": 5})
        ),
        Just(json!({"Type": "Pass", "Parameters": {"a.$": "$.b"}})),
        Just(json!({"Type": "Wait", "Seconds": 1})),
        Just(json!({"Type": "Succeed"})),
        Just(json!({"Type": "Fail", "Error": "Refused"})),
        Just(
            json!({"QueryLanguage": "JSONata", "Type": "Pass", "Output": "{% $states.input.a %}"})
        ),
        (name(), name()).prop_map(|(one, other)| json!({"Type": "Choice", "Choices": [
            {"Next": one, "Variable": "$.a", "NumericEquals": 1.0}], "Default": other})),
    ];
    let leaf = (own, common(), any::<bool>()).prop_map(with_common_fields);
    leaf.prop_recursive(3, 48, 4, |inner| {
        let own = prop_oneof![
            prop::collection::vec(bodies(inner.clone()), 1..3)
                .prop_map(|bodies| json!({"Type": "Parallel", "Branches": bodies})),
            bodies(inner.clone()).prop_map(|body| json!({"Type": "Map", "ItemProcessor": body})),
            bodies(inner.clone()).prop_map(|body| json!({"Type": "Map", "Iterator": body})),
            (bodies(inner.clone()), bodies(inner)).prop_map(|(one, mut other)| {
                other["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED"});
                json!({"Iterator": one, "ItemProcessor": other, "Type": "Map"})
            }),
        ];
        (own, common(), any::<bool>()).prop_map(with_common_fields)
    })
}

fn with_common_fields((own, common, first): (Value, Map<String, Value>, bool)) -> Value {
    let Value::Object(own) = own else { return own };
    let (one, other) = if first {
        (common, own.clone())
    } else {
        (own.clone(), common)
    };
    let mut all: Map<String, Value> = one.into_iter().chain(other).collect();
    // The distinctive fields of the state remain.
    all.extend(own);
    Value::Object(all)
}

/// The text of a parseable definition with arbitrary transition targets.
pub(crate) fn definitions() -> impl Strategy<Value = String> {
    bodies(state()).prop_map(|definition| definition.to_string())
}
