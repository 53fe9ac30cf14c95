use serde_json::json;
use stepwright_testing::test_state::TestStateRequest;

use crate::test_state::{inspected, tested};

#[tokio::test]
async fn variables_are_read_assigned_and_shown() {
    let state = json!({
        "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $rate * 100 %}",
        "Assign": {"rate": 0.5, "sum": "{% $rate + $states.input %}"}, "End": true
    });
    let request = TestStateRequest::new(state)
        .input(json!(1))
        .variables(json!({"rate": 0.25, "unread": [true]}));
    assert_eq!(tested(request.clone()).await.output.as_deref(), Some("25"));
    assert_eq!(
        inspected(request).await["variables"],
        json!({"rate": 0.5, "unread": [true], "sum": 1.25})
    );
}

#[tokio::test]
async fn empty_variables_are_not_shown() {
    let request = TestStateRequest::new(json!({"Type": "Succeed"})).variables(json!({}));
    assert_eq!(inspected(request).await.get("variables"), None);
}
