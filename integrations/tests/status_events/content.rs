//! An event has the members of AWS's events.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::EngineBuilder;

use super::{builder, events, run};
use crate::support::EventBusServer;

/// Runs an execution. Returns the entries that the event bus got.
async fn entries(builder: EngineBuilder, input: Json) -> Vec<Json> {
    let server = EventBusServer::start().await;
    let events = events(&server);
    let sending = tokio::spawn(events.clone().send());
    let engine = builder.status_listener(events.clone()).build();
    run(&engine.expect("it is valid"), "e", input).await;
    assert_eq!(events.finish(Duration::MAX).await, 0);
    sending.await.expect("it ends with the queue");
    server.calls().concat()
}

fn detail(entry: &Json) -> Json {
    let text = entry["Detail"].as_str().expect("a detail");
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn an_execution_has_the_events_of_its_start_and_its_success() {
    let wait = json!({"Type": "Wait", "Seconds": 5});
    let entries = entries(builder(wait), json!({"a": "\u{e4}"})).await;
    let execution = "arn:aws:states:us-east-1:123456789012:execution:m:e";
    assert_eq!(entries.len(), 2);
    for (entry, time) in entries.iter().zip([1_795_608_000_i64, 1_795_608_005]) {
        assert_eq!(entry["Source"], "aws.states");
        assert_eq!(
            entry["DetailType"],
            "Step Functions Execution Status Change"
        );
        assert_eq!(entry["EventBusName"], "default");
        assert_eq!(entry["Resources"], json!([execution]));
        assert_eq!(entry["Time"], time);
    }
    let mut expected = json!({
        "executionArn": execution,
        "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m",
        "stateMachineVersionArn": null,
        "stateMachineAliasArn": null,
        "name": "e",
        "status": "RUNNING",
        "startDate": 1_795_608_000_000_i64,
        "stopDate": null,
        "input": "{\"a\":\"\u{e4}\"}",
        "inputDetails": {"included": true},
        "output": null,
        "outputDetails": null,
        "error": null,
        "cause": null,
        "redriveCount": 0,
        "redriveDate": null,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
    });
    assert_eq!(detail(&entries[0]), expected);
    expected["status"] = json!("SUCCEEDED");
    expected["stopDate"] = json!(1_795_608_005_000_i64);
    expected["output"] = json!("{\"a\":\"\u{e4}\"}");
    expected["outputDetails"] = json!({"included": true});
    expected["redriveStatusReason"] = json!("Execution is SUCCEEDED and cannot be redriven");
    assert_eq!(detail(&entries[1]), expected);
}

#[tokio::test]
async fn a_failure_has_its_error_and_its_cause() {
    let fail = json!({"Type": "Fail", "Error": "Declined", "Cause": "no money"});
    let entries = entries(builder(fail), json!({})).await;
    let failed = detail(&entries[1]);
    for (name, expected) in [
        ("status", json!("FAILED")),
        ("error", json!("Declined")),
        ("cause", json!("no money")),
        ("output", Json::Null),
        ("outputDetails", Json::Null),
        ("redriveStatus", json!("REDRIVABLE")),
        ("redriveStatusReason", Json::Null),
    ] {
        assert_eq!(failed[name], expected, "{name}");
    }
}

#[tokio::test]
async fn data_over_the_limit_is_left_out() {
    const LIMIT: usize = 248 * 1_024;
    let long = |bytes: usize| json!("x".repeat(bytes));
    let result = |value: &Json| json!({"Type": "Pass", "Result": value});
    // The text of JSON has two quotes, and each of them is escaped in the detail.
    for (input, output, has_input, has_output) in [
        (long(100_000), long(100_000), true, true),
        (long(150_000), long(150_000), false, true),
        (long(10), long(LIMIT - 4), false, true),
        (long(10), long(LIMIT - 3), false, false),
        // An escaped quote takes four bytes.
        (json!({}), json!("\"".repeat(70_000)), false, false),
    ] {
        let entries = entries(builder(result(&output)), input).await;
        let succeeded = detail(&entries[1]);
        assert_eq!(succeeded["inputDetails"]["included"], has_input);
        assert_eq!(succeeded["input"].is_string(), has_input);
        assert_eq!(succeeded["outputDetails"]["included"], has_output);
        assert_eq!(succeeded["output"].is_string(), has_output);
    }
}
