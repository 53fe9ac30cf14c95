use serde_json::json;
use stepwright_engine::clock::Clock;
use stepwright_engine::history::EventKind;
use stepwright_engine::{Engine, Limits, MachineType, StartOptions, Status};
use stepwright_testing::Mocks;

use crate::run::support::{builder, run};

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
    // A later stream has all of them, too.
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

/// Returns an Express loop of this number of iterations, each of which writes four events.
fn loop_of(turns: u32) -> serde_json::Value {
    json!({"StartAt": "Count", "QueryLanguage": "JSONata", "States": {
        "Count": {"Type": "Pass", "Assign": {"n": "{% $exists($n) ? $n + 1 : 1 %}"}, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Rest", "Choices": [
            {"Condition": format!("{{% $n < {turns} %}}"), "Next": "Count"}
        ]},
        "Rest": {"Type": "Wait", "Seconds": 1, "End": true}
    }})
}

#[tokio::test]
async fn an_express_history_contains_only_the_last_events() {
    let definition = loop_of(2_000).to_string();
    for (keeps, kept) in [(None, 0), (Some(false), 0), (Some(true), 1_000)] {
        let mut builder = Engine::builder()
            .register_json("m", &definition, MachineType::Express)
            .limits(Limits::new().events(1_000))
            .clock(Clock::real());
        if let Some(keeps) = keeps {
            builder = builder.history(keeps);
        }
        let engine = builder.build().unwrap();
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        let history = &report.history;
        assert!(
            history.len() >= kept && history.len() <= kept + 300,
            "{}",
            history.len()
        );
        assert_eq!(history.len() + history.dropped(), 8_004);
        // A stream after the end has the same events.
        let mut late = run.events();
        let mut read = 0;
        while late.next().await.is_some() {
            read += 1;
        }
        assert_eq!(
            (read, late.missed() as usize),
            (history.len(), history.dropped())
        );
        if kept > 0 {
            let ids = history.events().map(|event| event.id() as usize);
            assert!(ids.eq(history.dropped() + 1..=8_004));
            // The previous event is correct, though it was dropped.
            let first = history.events().next().unwrap();
            assert_eq!(first.previous_id() + 1, first.id());
        }
    }
}

#[tokio::test]
async fn a_late_event_reader_receives_the_number_of_missed_events() {
    let engine = Engine::builder()
        .register_json("m", &loop_of(2_000).to_string(), MachineType::Express)
        .history(false)
        .virtual_time()
        .build()
        .unwrap();
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let mut events = run.events();
    let first = events.next().await.unwrap();
    // Nothing was read before the execution reached its Wait.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(held);
    run.report().await;
    let (mut last, mut seen) = (first.id(), 1);
    while let Some(event) = events.next().await {
        assert!(event.id() > last);
        last = event.id();
        seen += 1;
    }
    assert_eq!(last, 8_004);
    assert_eq!(events.missed() + seen, 8_004);
    assert!(events.missed() > 4_000, "{}", events.missed());
}

/// A reader or a follower that is registered at the moment of the end gets the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_stream_opened_at_the_end_of_the_execution_ends() {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    let engine = builder(&definition).retention(10).build().unwrap();
    for _ in 0..3_000 {
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await
            .unwrap();
        let mut events = run.events();
        let mut seen = 0;
        while events.next().await.is_some() {
            seen += 1;
        }
        assert_eq!((seen, events.missed()), (4, 0));
    }
}
