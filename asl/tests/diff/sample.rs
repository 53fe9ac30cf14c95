//! Definitions to compare.

use indexmap::IndexMap;
use stepwright_asl::json::{Json, Object};

use super::parse;

/// An order workflow before and after a release.
pub(crate) fn release() -> (Json, Json) {
    let old = parse(
        r#"{"Comment": "v1", "StartAt": "Check", "States": {
            "Check": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 1000, "Next": "Review"}], "Default": "Charge"},
            "Review": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"QueueUrl": "${ReviewsUrl}", "MessageBody": {"Token.$": "$$.Task.Token"}}, "Next": "Charge"},
            "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${ChargeArn}", "Payload.$": "$"},
                "Retry": [{"ErrorEquals": ["Busy"]}], "Catch": [{"ErrorEquals": ["Declined"], "Next": "Reject"}], "Next": "Mail"},
            "Mail": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${MailArn}"}, "Next": "Done"},
            "Done": {"Type": "Succeed"},
            "Reject": {"Type": "Fail", "Error": "Rejected"}}}"#,
    );
    let new = parse(
        r#"{"Comment": "v2", "StartAt": "Check", "TimeoutSeconds": 86400, "States": {
            "Refuse": {"Type": "Fail", "Error": "Rejected"},
            "Check": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 500, "Next": "Charge"}], "Default": "Charge"},
            "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${ChargeArn}", "Payload": {"order.$": "$"}},
                "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 5, "BackoffRate": 2.0}],
                "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refuse"}, {"ErrorEquals": ["States.ALL"], "Next": "Refuse"}], "Next": "Done"},
            "Done": {"Type": "Succeed"}}}"#,
    );
    (old, new)
}

/// The same JSON with a different order of members in every object.
pub(crate) fn shuffled(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let members: IndexMap<String, Json> = members
                .iter()
                .rev()
                .map(|(key, value)| (key.clone(), shuffled(value)))
                .collect();
            Json::Object(members)
        }
        Json::Array(items) => Json::Array(items.iter().map(shuffled).collect()),
        other => other.clone(),
    }
}

/// The states of the machine under different names.
pub(crate) fn renamed(json: &Json) -> Json {
    let Some(members) = json.as_object() else {
        return json.clone();
    };
    let name = |name: &Json| match name.as_str() {
        Some(name) => Json::from(format!("{name} anew")),
        None => name.clone(),
    };
    fn targets(json: &Json, name: &dyn Fn(&Json) -> Json) -> Json {
        match json {
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| targets(item, name)).collect())
            }
            Json::Object(members) => Json::Object(
                members
                    .iter()
                    .map(|(key, value)| match key.as_str() {
                        "Next" | "Default" => (key.clone(), name(value)),
                        "Choices" | "Catch" => (key.clone(), targets(value, name)),
                        _ => (key.clone(), value.clone()),
                    })
                    .collect(),
            ),
            other => other.clone(),
        }
    }
    let mut machine: Object = members.clone();
    if let Some(start) = machine.get_mut("StartAt") {
        *start = name(start);
    }
    if let Some(Json::Object(states)) = machine.get_mut("States") {
        *states = states
            .iter()
            .map(|(key, state)| (format!("{key} anew"), targets(state, &name)))
            .collect();
    }
    Json::Object(machine)
}
