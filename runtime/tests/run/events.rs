use serde_json::json;
use stepwright_runtime::StartOptions;
use stepwright_runtime::history::EventKind;
use stepwright_runtime::testing::Mocks;

use crate::support::{builder, run};

#[tokio::test]
async fn events_stream_from_the_first_to_the_last() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 5, "Next": "B"}, "B": {"Type": "Pass", "End": true}
    }});
    let engine = builder(&definition).build().unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let mut events = run.events();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        seen.push((
            event.id(),
            event.kind(),
            event.state_name().map(str::to_owned),
        ));
    }
    assert_eq!(seen.len(), 6);
    assert_eq!(
        seen[1],
        (2, EventKind::WaitStateEntered, Some("A".to_owned()))
    );
    assert_eq!(seen[5].1, EventKind::ExecutionSucceeded);
    // Whoever comes late gets all of them, too.
    let mut late = run.events();
    assert_eq!(late.next().await.unwrap().id(), 1);
}

#[tokio::test]
async fn the_history_is_printed_as_the_api_prints_it() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "End": true}
    }});
    let report = run(&definition, &Mocks::new(), json!({"a": 1})).await;
    let history = report.history.to_json();
    assert_eq!(
        history["events"][2],
        json!({
            "timestamp": "2026-01-01T00:00:00.000Z",
            "type": "PassStateExited",
            "id": 3,
            "previousEventId": 2,
            "stateExitedEventDetails": {
                "name": "A",
                "output": "{\"a\":1}",
                "outputDetails": {"truncated": false},
                "assignedVariables": {"x": "1"},
                "assignedVariablesDetails": {"truncated": false}
            }
        })
    );
    assert_eq!(
        history["events"][0]["executionStartedEventDetails"]["input"],
        "{\"a\":1}"
    );
}
