//! Builds the states that several stores use.

use serde_json::{Value as Json, json};

/// Builds a state machine.
pub(crate) fn machine(first: &str, states: Json) -> Json {
    json!({"StartAt": first, "States": states})
}

/// Adds members to a state, and `Next` or `End`.
pub(crate) fn with(mut state: Json, next: Option<&str>, more: Json) -> Json {
    let more = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(more);
    match next {
        Some(next) => state["Next"] = json!(next),
        None => state["End"] = json!(true),
    }
    state
}

/// Builds a task whose resource is a function.
pub(crate) fn task(function: &str, payload: Json, next: Option<&str>, more: Json) -> Json {
    let resource = format!("arn:aws:lambda:us-east-1:123456789012:function:{function}");
    let state = json!({"Type": "Task", "Resource": resource, "Parameters": payload});
    with(state, next, more)
}

/// Builds a task that invokes a function with `lambda:invoke`.
pub(crate) fn invoke(function: &str, payload: Json, next: Option<&str>, more: Json) -> Json {
    let state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
        "Parameters": {"FunctionName": function, "Payload": payload},
    });
    with(state, next, more)
}

/// Builds a task that waits for its token. The function `ask` stores the token under the label.
pub(crate) fn ask(label: Json, next: Option<&str>, more: Json) -> Json {
    let key = match label.as_str() {
        Some(label) if label.starts_with('$') || label.starts_with("States.") => "label.$",
        _ => "label",
    };
    let state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload": {key: label, "token.$": "$$.Task.Token"}},
    });
    with(state, next, more)
}

pub(crate) fn wait(minutes: u32, next: Option<&str>) -> Json {
    with(
        json!({"Type": "Wait", "Seconds": minutes * 60}),
        next,
        json!({}),
    )
}

pub(crate) fn pass(next: Option<&str>, more: Json) -> Json {
    with(json!({"Type": "Pass"}), next, more)
}
