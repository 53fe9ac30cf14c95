//! The time of many rehearsals.

use std::time::{Duration, Instant};

use serde_json::json;
use stepwright_review::rehearsal::{RecordedExecution, Rehearsal, RehearsalKind};

use super::record;

/// A history of about 50 events: ten calls in a row.
fn chain() -> serde_json::Value {
    let mut states = serde_json::Map::new();
    for index in 0..9 {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload"});
        match index {
            8 => state["End"] = json!(true),
            _ => state["Next"] = json!(format!("S{}", index + 1)),
        }
        states.insert(format!("S{index}"), state);
    }
    json!({"StartAt": "S0", "States": states})
}

/// In release, 10,000 histories of 50 events take less than 10 seconds on two cores, with parsing.
/// This test measures fewer, so that it has a bound also without optimisation.
#[test]
fn two_hundred_histories_of_fifty_events_take_seconds_without_optimisation() {
    let machine = chain();
    let history = record(
        &machine,
        &json!({"order": {"id": 7, "items": ["a", "b", "c"]}}),
        |call| {
            let payload = call
                .parameters()
                .get("Payload")
                .cloned()
                .unwrap_or_default();
            Some(stepwright_engine::task::Answer::output(
                json!({"Payload": payload.to_json()}),
            ))
        },
    );
    assert!(history["events"].as_array().unwrap().len() >= 47);
    let text = history.to_string();
    let rehearsal = Rehearsal::new(&machine.to_string()).unwrap();
    let count = std::env::var("STEPWRIGHT_TEST_HISTORIES");
    let count: usize = count
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(200);
    let began = Instant::now();
    let report = rehearsal.rehearse_each(count, |index| {
        RecordedExecution::parse(format!("e{index}"), &text).map_err(|error| error.to_string())
    });
    let took = began.elapsed();
    println!("{count} histories: {took:?}");
    assert_eq!(report.count(RehearsalKind::Same), count);
    assert!(took < Duration::from_secs(30), "{took:?}");
}
