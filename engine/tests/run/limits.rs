use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::{Engine, Limits, MachineType, StartError, StartOptions, Status};
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{builder, machine, run, task};

#[tokio::test]
async fn the_last_event_of_a_full_history_is_the_failure() {
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

/// Whether an execution fails because its history is full; it has 25,000 events in any case.
async fn fills_its_history(definition: &Json, mocks: &Mocks, input: Json) -> bool {
    let report = run(definition, mocks, input).await;
    assert_eq!(report.history.len(), 25_000);
    if report.status == Status::Succeeded {
        return false;
    }
    let cause = "The execution reached the maximum number of history events (25000).";
    assert_eq!(report.cause.as_deref(), Some(cause));
    assert_eq!(report.error.as_deref(), Some("States.Runtime"));
    true
}

/// Returns a sequence of this number of Pass states, and then `last`.
fn passes(count: usize, last: &Json) -> Json {
    let mut states = serde_json::Map::new();
    for number in 0..count {
        let next = format!("S{}", number + 1);
        states.insert(format!("S{number}"), json!({"Type": "Pass", "Next": next}));
    }
    states.insert(format!("S{count}"), last.clone());
    json!({"StartAt": "S0", "States": states})
}

/// Returns an inline Map state that adds 4 events and 4 for each item of the input, then this
/// number of Pass states, and then `last`.
fn map_and_passes(count: usize, last: &Json) -> Json {
    let mut machine = passes(count, last);
    machine["States"]["M"] = json!({
        "Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}},
        "Next": "S0"
    });
    machine["StartAt"] = json!("M");
    machine
}

fn items(count: usize) -> Json {
    json!((0..count).collect::<Vec<_>>())
}

#[tokio::test]
async fn an_execution_that_needs_more_than_25000_events_fails() {
    let end = json!({"Type": "Pass", "End": true});
    let no_mocks = Mocks::new();
    // 1 + (4 + 4 * 6,248) + 2 + 1 = 25,000 events.
    assert!(!fills_its_history(&map_and_passes(0, &end), &no_mocks, items(6_248)).await);
    // Two more.
    assert!(fills_its_history(&map_and_passes(1, &end), &no_mocks, items(6_248)).await);
    // 1 + (4 + 4 * 6,247) + 2 + 5 + 1 = 25,001 events.
    let task = task(json!({"End": true}));
    let mocks = Mocks::new().function("f", Mock::output(1));
    assert!(fills_its_history(&map_and_passes(1, &task), &mocks, items(6_247)).await);
    // 1 + (4 + 4 * 6,248) + 2 + 1 events. The failure replaces the error of the Fail state.
    let fail = json!({"Type": "Fail", "Error": "E"});
    let report = run(&map_and_passes(1, &fail), &no_mocks, items(6_248)).await;
    assert_eq!(report.error.as_deref(), Some("States.Runtime"));
    assert_eq!(report.history.len(), 25_000);
}

#[tokio::test]
async fn an_endless_express_loop_times_out() {
    let endless = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}});
    let limits = Limits::new().express_transitions(10_000);
    let engine = Engine::builder()
        .register_json("m", &endless.to_string(), MachineType::Express)
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
async fn an_express_execution_times_out_after_five_minutes() {
    let slow = machine(json!({"Type": "Wait", "Seconds": 301}));
    let engine = Engine::builder()
        .register_json("m", &slow.to_string(), MachineType::Express)
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
async fn a_document_that_doubles_in_each_round_fails_at_the_size_limit() {
    let doubling = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "A"}
    }});
    let report = run(&doubling, &Mocks::new(), json!({"seed": "x"})).await;
    assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));
    let cause = "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.";
    assert_eq!(report.cause.as_deref(), Some(cause));
}

#[tokio::test]
async fn a_document_nested_in_each_round_does_not_overflow_the_stack() {
    let nesting = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "ResultPath": "$.p", "Next": "A"}
    }});
    let report = run(&nesting, &Mocks::new(), json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert!(report.history.to_json().to_string().len() > 1_000);
}

#[tokio::test]
async fn an_input_that_is_too_large_is_refused() {
    let engine = builder(&machine(json!({"Type": "Pass"}))).build().unwrap();
    let started = engine
        .start_machine("m", json!("x".repeat(262_143)), StartOptions::new())
        .await;
    assert!(matches!(started, Err(StartError::InvalidInput(_))));
}

#[test]
fn all_errors_of_a_definition_are_listed() {
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

#[tokio::test]
async fn variables_have_limits_each_per_state_and_in_total() {
    let assign = |size: usize, names: &[&str], next: &str| {
        let block: serde_json::Map<_, _> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!("x".repeat(size))))
            .collect();
        json!({"Type": "Pass", "Assign": block, "Next": next})
    };
    let run_states = async |states: serde_json::Value| {
        let machine = json!({"StartAt": "S0", "States": states});
        run(&machine, &Mocks::new(), json!({})).await
    };
    let end = json!({"Type": "Succeed"});
    let fits = run_states(json!({"S0": assign(262_142, &["a"], "E"), "E": end})).await;
    assert_eq!(fits.status, Status::Succeeded);
    let cause = |report: &std::sync::Arc<stepwright_engine::ExecutionReport>| {
        assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));
        report.cause.clone().unwrap()
    };
    let single = run_states(json!({"S0": assign(262_143, &["a"], "E"), "E": end})).await;
    assert!(cause(&single).contains("the variable 'a'"));
    let both = run_states(json!({"S0": assign(140_000, &["a", "b"], "E"), "E": end})).await;
    assert!(cause(&both).contains("the state 'S0' assigns"));
    // Forty variables of 256 KiB are 10 MiB; a variable that is assigned again counts once.
    let mut many = serde_json::Map::new();
    let copy = |variable: &str, next: &str| json!({"Type": "Pass", "Assign": {format!("{variable}.$"): "$"}, "Next": next});
    for index in 0..45 {
        let state = copy(&format!("v{}", index.min(39)), &format!("S{}", index + 1));
        many.insert(format!("S{index}"), state);
    }
    many.insert("S45".to_owned(), copy("more", "S46"));
    many.insert("S46".to_owned(), end);
    let machine = json!({"StartAt": "S0", "States": many});
    let report = run(&machine, &Mocks::new(), json!("x".repeat(262_142))).await;
    assert!(cause(&report).contains("all variables"));
    assert!(report.history.path().iter().any(|state| state == "S45"));
}

#[tokio::test]
async fn an_endless_expression_fails() {
    let endless = json!({"StartAt": "S", "States": {
        "S": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% ($f := function($n) { $f($n + 1) }; $f(0)) %}", "End": true},
    }});
    let engine = builder(&endless).build().unwrap();
    let executed = engine.execute_machine("m", json!({}), StartOptions::new());
    // It takes a second; a busy machine takes longer.
    let report = tokio::time::timeout(Duration::from_secs(120), executed).await;
    let report = report.unwrap().unwrap();
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("States.QueryEvaluationError"));
}
