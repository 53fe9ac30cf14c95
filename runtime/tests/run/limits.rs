use serde_json::json;
use stepwright_runtime::testing::Mocks;
use stepwright_runtime::{Engine, Limits, MachineType, StartError, StartOptions, Status};

use crate::support::{builder, machine, run};

#[tokio::test]
async fn the_last_event_of_a_full_history_says_so() {
    let endless = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}
    }});
    let report = run(&endless, &Mocks::new(), json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("States.Runtime"));
    let cause = "The execution reached the maximum number of history events (25000).";
    assert_eq!(report.cause.as_deref(), Some(cause));
    assert_eq!(report.history.len(), 25_000);
    let last = report.history.events().last().unwrap();
    assert_eq!((last.id(), last.previous_id()), (25_000, 24_999));
}

#[tokio::test]
async fn an_endless_express_loop_times_out() {
    let endless = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}});
    let limits = Limits {
        express_transitions: 10_000,
        ..Limits::default()
    };
    let engine = Engine::builder()
        .definition_json("m", &endless.to_string(), MachineType::Express)
        .limits(limits)
        .history(false)
        .virtual_time()
        .build()
        .unwrap();
    let report = engine
        .execute_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(report.status, Status::TimedOut);
}

#[tokio::test]
async fn an_express_execution_lives_five_minutes() {
    let slow = machine(json!({"Type": "Wait", "Seconds": 301}));
    let engine = Engine::builder()
        .definition_json("m", &slow.to_string(), MachineType::Express)
        .virtual_time()
        .build()
        .unwrap();
    let report = engine
        .execute_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(report.status, Status::TimedOut);
}

#[tokio::test]
async fn a_document_that_doubles_in_each_turn_ends_at_the_size_limit() {
    let doubling = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "A"}
    }});
    let report = run(&doubling, &Mocks::new(), json!({"seed": "x"})).await;
    assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));
    let cause = "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.";
    assert_eq!(report.cause.as_deref(), Some(cause));
}

#[tokio::test]
async fn a_document_that_nests_in_each_turn_does_not_overflow_the_stack() {
    let nesting = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "ResultPath": "$.p", "Next": "A"}
    }});
    let report = run(&nesting, &Mocks::new(), json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert!(report.history.to_json().to_string().len() > 1_000);
}

#[tokio::test]
async fn an_input_that_is_too_large_does_not_start() {
    let engine = builder(&machine(json!({"Type": "Pass"}))).build().unwrap();
    let started = engine
        .start_machine("m", json!("x".repeat(262_143)), StartOptions::new())
        .await;
    assert!(matches!(started, Err(StartError::InvalidInput(_))));
}

#[test]
fn all_that_does_not_compile_is_listed() {
    let broken = json!({"StartAt": "Nowhere", "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "C": {"Type": "Wait", "End": true},
        "D": {"Type": "Pass", "InputPath": "$[", "End": true}
    }});
    let error = builder(&broken).build().unwrap_err();
    let text = error.to_string();
    for part in ["`Nowhere`", "state `A`", "`B`", "state `C`", "state `D`"] {
        assert!(text.contains(part), "{text}");
    }
}
