use serde_json::{Value, json};
use stepwright_testing::test_state::{MockInput, TestStateRequest, TestStatus};

use crate::test_state::{inspected, refused, tested};

fn parallel(mock: MockInput) -> TestStateRequest {
    let branch =
        |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    let state = json!({
        "Type": "Parallel", "Branches": [branch("A"), branch("B")], "ResultPath": "$.r", "Next": "Z",
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}]
    });
    TestStateRequest::new(state)
        .input(json!({"n": 1}))
        .mock(mock)
}

fn result(value: Value) -> TestStateRequest {
    parallel(MockInput::result(value))
}

#[tokio::test]
async fn a_mock_needs_one_output_per_branch() {
    let output = json!({"n": 1, "r": ["a", "b"]});
    let response = tested(result(json!(["a", "b"]))).await;
    assert_eq!(response.output_json(), Some(output.clone()));
    assert_eq!(response.next_state.as_deref(), Some("Z"));
    assert_eq!(
        inspected(result(json!(["a", "b"]))).await,
        json!({"input": {"n": 1}, "afterResultSelector": ["a", "b"], "afterResultPath": output})
    );
    assert_eq!(
        refused(result(json!(["a"]))).await,
        "ValidationException: Mocked result must contain the same number of items as number of Parallel branches."
    );
    assert_eq!(
        refused(result(json!("a"))).await,
        "ValidationException: Mocked result must be an array."
    );
}

#[tokio::test]
async fn a_mocked_error_of_a_branch_is_retriable() {
    let response = tested(parallel(MockInput::error("Busy", "later"))).await;
    assert_eq!(response.status, TestStatus::Retriable);
    assert_eq!((response.output, response.next_state), (None, None));
}
