use serde_json::{Value as Json, json};
use stepwright_engine::Engine;
use stepwright_engine::task::{Answer, TaskCall};

use crate::support::{Api, ROLE, members};

fn charge() -> Json {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge", "Payload": {"amount.$": "$.total"}},
        "ResultSelector": {"id.$": "$.Payload.id"},
        "Retry": [{"ErrorEquals": ["Throttled"], "IntervalSeconds": 3, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Declined"}],
        "Next": "Ship",
    })
}

#[test]
fn a_state_is_tested_with_a_mock() {
    let api = Api::new();
    let tested = api.call(
        "TestState",
        json!({
            "definition": charge().to_string(),
            "input": r#"{"total": 12}"#,
            "inspectionLevel": "DEBUG",
            "mock": {"result": r#"{"Payload": {"id": "ch-1"}, "StatusCode": 200}"#},
        }),
    );
    assert_eq!(tested["output"], r#"{"id":"ch-1"}"#);
    assert_eq!(
        members(&tested),
        ["output", "inspectionData", "nextState", "status"]
    );
    assert_eq!(
        members(&tested["inspectionData"]),
        [
            "input",
            "afterInputPath",
            "afterParameters",
            "result",
            "afterResultSelector",
            "afterResultPath",
        ]
    );
}

#[test]
fn an_error_is_retried_or_caught() {
    let api = Api::new();
    let fails = |error: &str, retries: u32| {
        api.call(
            "TestState",
            json!({
                "definition": charge().to_string(),
                "input": r#"{"total": 12}"#,
                "inspectionLevel": "DEBUG",
                "mock": {"errorOutput": {"error": error, "cause": "why"}},
                "stateConfiguration": {"retrierRetryCount": retries},
            }),
        )
    };
    let declined = fails("CardDeclined", 0);
    assert_eq!(declined["status"], "CAUGHT_ERROR");
    assert_eq!(declined["nextState"], "Declined");
    let again = fails("Throttled", 1);
    assert_eq!(again["status"], "RETRIABLE");
    let details = &again["inspectionData"]["errorDetails"];
    assert_eq!(details["retryBackoffIntervalSeconds"], 6);
    assert_eq!(fails("Throttled", 2)["status"], "FAILED");
}

#[test]
fn a_state_of_a_machine_is_tested() {
    let api = Api::new();
    let machine = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": "hello", "End": true}}}}}});
    let test = |state: &str| json!({"definition": machine.to_string(), "stateName": state});
    assert_eq!(
        api.call("TestState", test("Greet")),
        json!({"output": "\"hello\"", "status": "SUCCEEDED"})
    );
    assert_eq!(
        api.refusal("TestState", test("Grete")),
        "ValidationException: State not found in definition"
    );
}

#[test]
fn a_task_without_a_mock_is_called() {
    let echo = |call: &TaskCall<'_>| {
        let payload = call.invocation()?.payload().clone();
        Some(Answer::output(payload))
    };
    let api = Api::over(Engine::builder().tasks(echo).virtual_time());
    let mut test = json!({
        "definition": json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": "echo", "Payload.$": "$"}}).to_string(),
        "input": "[1, 2]",
        "roleArn": ROLE,
    });
    assert_eq!(
        api.call("TestState", test.clone()),
        json!({"output": "[1, 2]", "status": "SUCCEEDED"})
    );
    test.as_object_mut()
        .expect("it is an object")
        .remove("roleArn");
    assert_eq!(
        api.refusal("TestState", test),
        "ValidationException: RoleArn must be specified when testing a Task state"
    );
}

#[test]
fn invalid_requests_are_refused() {
    let api = Api::new();
    let pass = json!({"Type": "Pass", "End": true}).to_string();
    for (request, refusal) in [
        (
            json!({"definition": r#"{"Type": "Nope"}"#}),
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ",
        ),
        (
            json!({"definition": pass, "input": "{"}),
            "InvalidExecutionInput: Invalid State Machine Execution Input: '",
        ),
        (
            json!({"definition": pass, "roleArn": "nobody"}),
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: nobody'",
        ),
        (
            json!({"definition": charge().to_string(), "mock": {"result": "{}", "errorOutput": {}}}),
            "ValidationException: A test mock should have only one of the following fields: [result, errorOutput].",
        ),
        (
            json!({}),
            "ValidationException: 1 validation error detected: Value null at 'definition' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({"definition": pass, "inspectionLevel": "ALL"}),
            "ValidationException: 1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: Member must satisfy enum value set: [INFO, DEBUG, TRACE]",
        ),
    ] {
        let refused = api.refusal("TestState", request);
        assert!(refused.starts_with(refusal), "{refused}");
    }
}
