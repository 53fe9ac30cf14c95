use serde_json::{Value, json};
use stepwright_testing::test_state::{MockInput, TestStateRequest};

use crate::test_state::{invoke, refused, tested};

fn request(resource: &str, context: Value) -> TestStateRequest {
    let state = json!({
        "Type": "Task", "Resource": resource, "End": true,
        "Parameters": {"context.$": "$$"}, "ResultSelector": {"context.$": "$$"}
    });
    TestStateRequest::new(state)
        .mock(MockInput::result(json!({})))
        .context(context)
}

const PLAIN: &str = "arn:aws:states:::lambda:invoke";
const CALLBACK: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";

#[tokio::test]
async fn a_given_context_object_is_used_unchanged() {
    for context in [
        json!({}),
        json!({"Execution": {"Id": "e", "Input": [1]}, "State": {"RetryCount": 2}, "StateMachine": {"Name": "m"}}),
    ] {
        let response = tested(request(PLAIN, context.clone())).await;
        assert_eq!(response.output_json(), Some(json!({"context": context})));
    }
    let token = json!({"Task": {"Token": "t"}});
    let response = tested(request(CALLBACK, token.clone())).await;
    assert_eq!(response.output_json(), Some(json!({"context": token})));
}

#[tokio::test]
async fn the_default_context_object_is_of_an_express_execution() {
    let state = invoke(json!({"ResultSelector": {"c.$": "$$"}}));
    let request = TestStateRequest::new(state)
        .input(json!(7))
        .mock(MockInput::result(json!({})));
    let context = tested(request).await.output_json().unwrap()["c"].clone();
    let id = context["Execution"]["Id"].as_str().unwrap();
    assert!(
        id.starts_with("arn:aws:states:us-east-1:123456789012:express:"),
        "{id}"
    );
    assert_eq!(context["Execution"]["Input"], 7);
    assert_eq!(context["Execution"]["RoleArn"], Value::Null);
    assert!(context["Execution"].get("RedriveCount").is_none());
    assert_eq!(context["State"]["Name"], "StateName");
    assert_eq!(context["State"]["RetryCount"], 0);
}

#[tokio::test]
async fn a_selected_state_has_a_placeholder_name_in_its_context() {
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Pass", "Parameters": {"name.$": "$$.State.Name"}, "End": true}
    }});
    let response = tested(TestStateRequest::new(machine).state_name("Ask")).await;
    assert_eq!(response.output_json(), Some(json!({"name": "StateName"})));
}

#[tokio::test]
async fn invalid_context_fields_are_refused() {
    for (context, expected) in [
        (json!({"Foo": 1}), "Field 'Foo' is not allowed"),
        (
            json!({"Execution": {"foo": 1}}),
            "Field 'foo' is not allowed",
        ),
        (
            json!({"Execution": {"Id": 1}}),
            "Execution.Id must be a string",
        ),
        (
            json!({"Map": {}}),
            "'Map' field is not supported when mocking a Context object",
        ),
        (
            json!({"Task": {"Token": "t"}}),
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
        ),
    ] {
        let expected = format!("ValidationException: Invalid Context object provided: {expected}");
        assert_eq!(refused(request(PLAIN, context)).await, expected);
    }
    let unmocked = TestStateRequest::new(json!({"Type": "Succeed"})).context(json!({}));
    assert_eq!(
        refused(unmocked).await,
        "ValidationException: TestState does not support Context when a mock is not specified."
    );
}
