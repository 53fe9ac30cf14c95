use serde_json::json;
use stepwright_testing::test_state::{TestStateRequest, TestStatus};

use crate::test_state::tested;

#[tokio::test]
async fn a_wait_under_test_takes_no_time() {
    let wait =
        TestStateRequest::new(json!({"Type": "Wait", "Seconds": 299, "Next": "A"})).input(json!(1));
    let response = tested(wait).await;
    assert_eq!(response.status, TestStatus::Succeeded);
    assert_eq!(response.output.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_test_times_out_after_five_minutes() {
    let wait = TestStateRequest::new(json!({"Type": "Wait", "Seconds": 301, "End": true}));
    let response = tested(wait).await;
    assert_eq!(response.status, TestStatus::Failed);
    assert_eq!(response.error.as_deref(), Some("States.Timeout"));
}
