use serde_json::json;
use stepwright_testing::test_state::{InspectionLevel, MockInput, TestStateRequest};

use crate::test_state::{inspected, invoke, tested};

#[tokio::test]
async fn a_jsonpath_pass_shows_every_stage_but_a_result_hides_the_first_ones() {
    let state = json!({"Type": "Pass", "InputPath": "$.a", "Parameters": {"x.$": "$.b"}, "ResultPath": "$.r", "End": true});
    let input = json!({"a": {"b": 1}});
    let data = inspected(TestStateRequest::new(state.clone()).input(input.clone())).await;
    let output = json!({"a": {"b": 1}, "r": {"x": 1}});
    assert_eq!(
        data,
        json!({
            "input": input, "afterInputPath": {"b": 1}, "afterParameters": {"x": 1},
            "afterResultSelector": {"x": 1}, "afterResultPath": output
        })
    );
    let mut fixed = state;
    fixed["Result"] = json!(7);
    let data = inspected(TestStateRequest::new(fixed).input(input.clone())).await;
    assert_eq!(
        data,
        json!({
            "input": input, "result": 7, "afterResultSelector": 7,
            "afterResultPath": {"a": {"b": 1}, "r": 7}
        })
    );
}

#[tokio::test]
async fn a_jsonpath_task_shows_every_stage() {
    let state = invoke(
        json!({"ResultSelector": {"r.$": "$.Payload"}, "ResultPath": "$.t", "OutputPath": "$.t.r"}),
    );
    let result = json!({"Payload": 2, "StatusCode": 200});
    let request = TestStateRequest::new(state)
        .input(json!({"n": 1}))
        .mock(MockInput::result(result.clone()));
    assert_eq!(tested(request.clone()).await.output.as_deref(), Some("2"));
    assert_eq!(
        inspected(request).await,
        json!({
            "input": {"n": 1}, "afterInputPath": {"n": 1},
            "afterParameters": {"FunctionName": "f", "Payload": {"n": 1}}, "result": result,
            "afterResultSelector": {"r": 2}, "afterResultPath": {"n": 1, "t": {"r": 2}}
        })
    );
}

#[tokio::test]
async fn a_jsonata_task_shows_arguments_and_result() {
    let state = json!({
        "Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": "{% $states.input.n + 1 %}"},
        "Output": "{% $states.result.Payload %}", "End": true
    });
    let request = TestStateRequest::new(state)
        .input(json!({"n": 1}))
        .mock(MockInput::result(json!({"Payload": "ok"})));
    assert_eq!(
        tested(request.clone()).await.output.as_deref(),
        Some("\"ok\"")
    );
    assert_eq!(
        inspected(request).await,
        json!({
            "input": {"n": 1}, "afterArguments": {"FunctionName": "f", "Payload": 2}, "result": {"Payload": "ok"}
        })
    );
}

#[tokio::test]
async fn states_that_forward_their_input_show_only_the_input() {
    let choice = json!({"Type": "Choice", "InputPath": "$.a", "Choices": [{"Variable": "$", "IsPresent": true, "Next": "B"}]});
    let data = inspected(TestStateRequest::new(choice).input(json!({"a": 1}))).await;
    assert_eq!(data, json!({"input": {"a": 1}, "afterInputPath": 1}));
    for state in [json!({"Type": "Succeed"}), json!({"Type": "Fail"})] {
        let data = inspected(TestStateRequest::new(state).input(json!(5))).await;
        assert_eq!(data, json!({"input": 5, "afterInputPath": 5}));
    }
    for state in [
        json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": 1, "End": true}),
        json!({"Type": "Succeed", "QueryLanguage": "JSONata"}),
        json!({"Type": "Fail", "QueryLanguage": "JSONata", "Error": "{% 'E' %}"}),
    ] {
        let data = inspected(TestStateRequest::new(state).input(json!(5))).await;
        assert_eq!(data, json!({"input": 5}));
    }
}

#[tokio::test]
async fn a_failed_state_shows_the_stages_before_the_failure() {
    let state = json!({"Type": "Pass", "Parameters": {"x.$": "$.absent"}, "End": true});
    let request = TestStateRequest::new(state)
        .input(json!({"n": 1}))
        .inspection_level(InspectionLevel::Debug);
    let response = tested(request.clone()).await;
    assert_eq!(response.status.as_str(), "FAILED");
    assert_eq!(response.error.as_deref(), Some("States.Runtime"));
    // Without the prefix of an execution's causes.
    assert_eq!(
        response.cause.as_deref(),
        Some(
            "The JSONPath '$.absent' specified for the field 'x.$' could not be found in the input '{\"n\":1}'"
        )
    );
    assert_eq!(
        inspected(request).await,
        json!({"input": {"n": 1}, "afterInputPath": {"n": 1}})
    );
}

#[tokio::test]
async fn inspection_level_info_shows_only_the_result() {
    let request = TestStateRequest::new(json!({"Type": "Pass", "Next": "B"})).input(json!(1));
    let response = serde_json::to_value(tested(request).await).unwrap();
    assert_eq!(
        response,
        json!({"status": "SUCCEEDED", "output": "1", "nextState": "B"})
    );
}
