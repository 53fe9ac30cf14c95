use serde_json::{Value, json};
use stepwright_engine::Engine;
use stepwright_engine::task::TaskFailure;
use stepwright_testing::test_state::{TestStateRequest, TestStatus, test_state_on};

use crate::test_state::{invoke, tested};

fn real(fields: Value) -> TestStateRequest {
    TestStateRequest::new(invoke(fields)).role_arn("arn:aws:iam::123456789012:role/tester")
}

#[tokio::test]
async fn a_task_without_a_mock_runs_its_handler() {
    let double = async |n: i64| Ok::<_, TaskFailure>(n * 2);
    let engine = Engine::builder()
        .function("f", double)
        .virtual_time()
        .build()
        .unwrap();
    let request = real(json!({"ResultSelector": {"n.$": "$.Payload"}})).input(json!(21));
    let response = test_state_on(&engine, &request).await.unwrap();
    assert_eq!(response.output_json(), Some(json!({"n": 42})));
    // The input is no number: the handler fails, and Retry is evaluated.
    let retried = real(json!({"Retry": [{"ErrorEquals": ["States.TaskFailed"]}]}));
    let response = test_state_on(&engine, &retried).await.unwrap();
    assert_eq!(response.status, TestStatus::Retriable);
}

#[tokio::test]
async fn a_task_without_a_handler_and_a_mock_fails() {
    let response = tested(real(json!({}))).await;
    assert_eq!(response.status, TestStatus::Failed);
    assert!(response.cause.unwrap().contains("no handler and no mock"));
}

#[tokio::test]
async fn a_slow_handler_exceeds_the_timeout_of_the_state() {
    let engine = Engine::builder()
        .function("f", async |_: Value| {
            std::future::pending::<Result<Value, TaskFailure>>().await
        })
        .virtual_time()
        .build()
        .unwrap();
    let request = real(
        json!({"TimeoutSeconds": 1, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "A"}]}),
    );
    let response = test_state_on(&engine, &request).await.unwrap();
    assert_eq!(response.status, TestStatus::CaughtError);
    assert_eq!(response.error.as_deref(), Some("States.Timeout"));
    assert_eq!(
        response.output_json(),
        Some(json!({"Error": "States.Timeout", "Cause": ""}))
    );
}
