use serde_json::{Value, json};
use stepwright_testing::test_state::{
    ErrorDetails, InspectionLevel, MockInput, StateConfiguration, TestStateRequest,
    TestStateResponse, TestStatus,
};

use crate::test_state::{invoke, tested};

async fn failing(fields: Value, error: &str, retries: u32) -> (TestStateResponse, ErrorDetails) {
    let request = TestStateRequest::new(invoke(fields))
        .mock(MockInput::error(error, "why"))
        .inspection_level(InspectionLevel::Debug)
        .state_configuration(StateConfiguration {
            retrier_retry_count: Some(retries),
            ..StateConfiguration::default()
        });
    let response = tested(request).await;
    let data = response.inspection_data.clone().unwrap();
    (response, data.error_details.unwrap_or_default())
}

fn fields() -> Value {
    json!({
        "Retry": [
            {"ErrorEquals": ["Other"]},
            {"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 4, "BackoffRate": 2, "MaxDelaySeconds": 20}
        ],
        "Catch": [{"ErrorEquals": ["Gone"], "Next": "A"}, {"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.e", "Next": "B"}]
    })
}

#[tokio::test]
async fn a_retrier_matches_until_its_attempts_are_used_up() {
    for (retries, seconds) in [(0, 3), (1, 6), (2, 12), (3, 20)] {
        let (response, details) = failing(fields(), "Busy", retries).await;
        assert_eq!(response.status, TestStatus::Retriable);
        assert_eq!(response.error.as_deref(), Some("Busy"));
        assert_eq!(details.retry_index, Some(1));
        assert_eq!(details.retry_backoff_interval_seconds, Some(seconds));
        assert_eq!(details.catch_index, None);
    }
    let (response, details) = failing(fields(), "Busy", 4).await;
    assert_eq!(response.status, TestStatus::CaughtError);
    assert_eq!(
        (details.retry_index, details.catch_index),
        (Some(1), Some(1))
    );
    assert_eq!(details.retry_backoff_interval_seconds, None);
}

#[tokio::test]
async fn a_catcher_returns_the_error_output_and_the_next_state() {
    let (response, details) = failing(fields(), "Broken", 0).await;
    assert_eq!(response.status, TestStatus::CaughtError);
    assert_eq!(response.next_state.as_deref(), Some("B"));
    assert_eq!(
        response.output_json(),
        Some(json!({"e": {"Error": "Broken", "Cause": "why"}}))
    );
    assert_eq!((details.retry_index, details.catch_index), (None, Some(1)));
}

#[tokio::test]
async fn an_error_without_a_retrier_and_catcher_fails_the_state() {
    let (response, details) = failing(json!({}), "Busy", 0).await;
    assert_eq!(response.status, TestStatus::Failed);
    assert_eq!(response.cause.as_deref(), Some("why"));
    assert_eq!((response.output, response.next_state), (None, None));
    assert_eq!(details, ErrorDetails::default());
    // No retrier or catcher matches States.Runtime, even when it is mocked.
    let (response, _) = failing(fields(), "States.Runtime", 0).await;
    assert_eq!(response.status, TestStatus::Failed);
}

#[tokio::test]
async fn a_used_up_retrier_is_reported_in_the_error_details() {
    let fields = json!({"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]});
    let (response, details) = failing(fields, "Busy", 0).await;
    assert_eq!(response.status, TestStatus::Failed);
    assert_eq!(details.retry_index, Some(0));
}
