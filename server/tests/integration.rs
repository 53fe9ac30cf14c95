//! States that call the API of the server that runs them.

use serde_json::{Value as Json, json};

use crate::support::{Api, ROLE, pass, text};

const CHILD: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:child";

/// Runs a machine with one Task state, and describes its execution.
fn run(api: &Api, name: &str, resource: &str, arguments: &Json) -> Json {
    let arn = api.create(
        name,
        &json!({"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "Arguments": arguments, "End": true}}}),
    );
    api.finished(&api.start(&arn, &json!({})))
}

fn output(described: &Json) -> Json {
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    serde_json::from_str(described["output"].as_str().unwrap_or_default()).expect("it is JSON")
}

#[test]
fn sdk_integrations_use_pascal_case_members_and_iso_times() {
    let api = Api::new();
    api.create("child", &pass());
    let execution = api.start(CHILD, &json!({"n": 1}));
    api.finished(&execution);
    let described = output(&run(
        &api,
        "describe",
        "aws-sdk:sfn:describeExecution",
        &json!({"ExecutionArn": execution}),
    ));
    assert_eq!(described["StateMachineArn"], CHILD);
    assert_eq!(described["Input"], r#"{"n":1}"#);
    let started = described["StartDate"].as_str().unwrap_or_default();
    assert!(
        started.ends_with('Z') && started.contains('T'),
        "{described}"
    );
    let listed = output(&run(
        &api,
        "list",
        "aws-sdk:sfn:listExecutions",
        &json!({"StateMachineArn": CHILD}),
    ));
    assert_eq!(listed["Executions"][0]["ExecutionArn"], execution.as_str());
    let history = output(&run(
        &api,
        "history",
        "aws-sdk:sfn:getExecutionHistory",
        &json!({"ExecutionArn": execution}),
    ));
    assert_eq!(
        history["Events"][0]["ExecutionStartedEventDetails"]["Input"],
        r#"{"n":1}"#
    );
    // A definition may be a JSON value.
    let created = json!({"Name": "made", "RoleArn": ROLE, "Definition": pass()});
    let created = output(&run(
        &api,
        "create",
        "aws-sdk:sfn:createStateMachine",
        &created,
    ));
    let made = text(&created["StateMachineArn"]);
    assert_eq!(
        api.finished(&api.start(&made, &json!([1])))["output"],
        "[1]"
    );
}

#[test]
fn a_state_completes_the_task_token_of_another_state() {
    let api = Api::new();
    let arn = api.create(
        "both",
        &json!({"QueryLanguage": "JSONata", "StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work", "End": true}}},
            {"StartAt": "Look", "States": {
                "Look": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:getActivityTask", "Arguments": {
                    "ActivityArn": "arn:aws:states:us-east-1:123456789012:activity:work"}, "Next": "Answer"},
                "Answer": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess", "Arguments": {
                    "TaskToken": "{% $states.input.TaskToken %}", "Output": {"done": true}}, "End": true}}}]}}}),
    );
    api.call("CreateActivity", json!({"name": "work"}));
    let described = output(&api.finished(&api.start(&arn, &json!({}))));
    assert_eq!(described, json!([{"done": true}, {}]));
}

#[test]
fn errors_have_the_name_and_cause_of_the_sdk_integration() {
    let api = Api::new();
    // AWS checks the token first, although the output is not JSON.
    for operation in ["sendTaskSuccess", "sendTaskFailure"] {
        let mut arguments = json!({"TaskToken": "NoSuchTaskToken"});
        if operation == "sendTaskSuccess" {
            arguments["Output"] = json!("ParameterOutput");
        }
        let failed = run(
            &api,
            operation,
            &format!("aws-sdk:sfn:{operation}"),
            &arguments,
        );
        assert_eq!(failed["error"], "Sfn.InvalidTokenException");
        let cause = failed["cause"].as_str().unwrap_or_default();
        assert!(
            cause.starts_with(
                "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: "
            ),
            "{cause}"
        );
        assert!(cause.ends_with(") (SDK Attempt Count: 1)"), "{cause}");
    }
}

#[test]
fn starting_an_unknown_state_machine_fails_the_task_and_is_catchable() {
    for (resource, error) in [
        (
            "states:startExecution",
            "StepFunctions.StateMachineDoesNotExistException",
        ),
        (
            "states:startExecution.sync:2",
            "StepFunctions.StateMachineDoesNotExistException",
        ),
        (
            "aws-sdk:sfn:startExecution",
            "Sfn.StateMachineDoesNotExistException",
        ),
    ] {
        let api = Api::new();
        let arn = api.create(
            "parent",
            &json!({"StartAt": "Start", "States": {
                "Start": {"Type": "Task", "Resource": format!("arn:aws:states:::{resource}"),
                    "Parameters": {"StateMachineArn": CHILD, "Input": null},
                    "Catch": [{"ErrorEquals": [error], "Next": "Caught"}], "End": true},
                "Caught": {"Type": "Pass", "End": true}}}),
        );
        let execution = api.start(&arn, &json!({}));
        let caught = output(&api.finished(&execution));
        let cause = caught["Cause"].as_str().unwrap_or_default();
        assert!(
            cause.starts_with(&format!(
                "State Machine Does Not Exist: '{CHILD}' (Service: "
            )),
            "{cause}"
        );
        let history = api.call("GetExecutionHistory", json!({"executionArn": execution}));
        let kinds: Vec<&str> = history["events"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|event| event["type"].as_str())
            .collect();
        assert_eq!(
            kinds[2..4],
            ["TaskScheduled", "TaskStarted"],
            "{resource}: {kinds:?}"
        );
        assert!(kinds[4].ends_with("Failed"), "{resource}: {kinds:?}");
    }
}

#[test]
fn a_null_input_starts_the_execution_with_an_empty_object() {
    let api = Api::new();
    api.create("child", &pass());
    for (name, resource) in [
        ("optimised", "states:startExecution.sync:2"),
        ("sdk", "aws-sdk:sfn:startExecution"),
    ] {
        let arguments = json!({"StateMachineArn": CHILD, "Input": null, "Name": name});
        let started = output(&run(&api, name, resource, &arguments));
        let child = api.finished(&text(&started["ExecutionArn"]));
        assert_eq!(child["input"], "{}", "{resource}");
    }
}
