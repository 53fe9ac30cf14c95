//! Marks of an execution on the states of its definition.

use serde_json::{Value as Json, json};
use stepwright_asl::overlay::{Overlay, Status};
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, overlay};
use stepwright_runtime::{Engine, MachineType, StartOptions};

use crate::testing::support::{machine, orders, run};

fn charge(mock: Mock) -> Mocks {
    Mocks::new().function("charge", mock)
}

async fn after(definition: &Json, mocks: &Mocks, input: Json) -> Overlay {
    let report = run(definition, mocks, input).await;
    let asl = machine(definition).to_value();
    let ours = overlay(&asl, &report.history);
    let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
    assert_eq!(ours, recorded.overlay(&asl), "a recording says the same");
    ours
}

fn status(overlay: &Overlay, state: &str) -> Status {
    overlay.mark(state).unwrap().status
}

/// The events `(type, name, previous)` as a recorded history.
fn recorded(events: &[(&str, &str, u32)]) -> RecordedHistory {
    let events: Vec<Json> = events
        .iter()
        .zip(1_u32..)
        .map(|((kind, name, previous), id)| {
            let mut event = json!({"id": id, "previousEventId": previous, "type": kind, "timestamp": "2026-01-01T00:00:00Z"});
            let details = match *kind {
                "ExecutionStarted" => ("executionStartedEventDetails", json!({"roleArn": "r"})),
                kind if kind.ends_with("Entered") => ("stateEnteredEventDetails", json!({"name": name})),
                kind if kind.ends_with("Exited") => ("stateExitedEventDetails", json!({"name": name})),
                "TaskFailed" => ("taskFailedEventDetails", json!({"error": name})),
                "ExecutionFailed" => ("executionFailedEventDetails", json!({"error": name})),
                _ => return event,
            };
            event[details.0] = details.1;
            event
        })
        .collect();
    RecordedHistory::from_json(&json!({ "events": events })).unwrap()
}

#[tokio::test]
async fn entered_and_not_entered_states_have_different_marks() {
    let flaky = Mock::failure("Throttled", "")
        .times(2)
        .then(Mock::output(json!({"total": 500})));
    let overlay = after(&orders(), &charge(flaky), json!({})).await;
    assert_eq!(overlay.title(), "execution succeeded");
    for state in ["Cool", "Charge", "Large?", "Thank", "Done"] {
        assert_eq!(status(&overlay, state), Status::Succeeded, "{state}");
    }
    assert_eq!(status(&overlay, "Late"), Status::NotEntered);
    assert_eq!(
        overlay.mark("Charge").unwrap().notes,
        ["tried again 2 times", "last error: Throttled"]
    );
    assert_eq!(
        overlay.taken("Large?", "Thank", false),
        Some((Status::Succeeded, 1))
    );
    assert_eq!(
        overlay.taken("Large?", "Done", false),
        Some((Status::NotEntered, 0))
    );
    assert_eq!(
        overlay.taken("Charge", "Late", true),
        Some((Status::NotEntered, 0))
    );
}

#[tokio::test]
async fn caught_and_uncaught_errors_have_different_marks() {
    let declined = charge(Mock::failure("CardDeclined", "no money"));
    let overlay = after(&orders(), &declined, json!({})).await;
    assert_eq!(overlay.title(), "execution failed: OrderRejected");
    assert_eq!(status(&overlay, "Charge"), Status::Caught);
    assert_eq!(
        overlay.mark("Charge").unwrap().notes,
        ["last error: CardDeclined: no money"]
    );
    assert_eq!(status(&overlay, "Reject"), Status::Failed);
    assert_eq!(
        overlay.taken("Charge", "Reject", true),
        Some((Status::Caught, 1))
    );
    let broken = charge(Mock::failure("Other", ""));
    let overlay = after(&orders(), &broken, json!({})).await;
    assert_eq!(status(&overlay, "Charge"), Status::Failed);
    // A path that finds nothing fails its state without a separate event.
    let nothing = charge(Mock::output(json!({})));
    let overlay = after(&orders(), &nothing, json!({})).await;
    assert_eq!(status(&overlay, "Large?"), Status::Failed);
    assert!(overlay.mark("Large?").unwrap().notes[0].contains("States.Runtime"));
}

#[tokio::test]
async fn iterations_are_counted_and_the_worst_status_is_shown() {
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {
            "Type": "Map", "MaxConcurrency": 1, "Next": "End",
            "ItemProcessor": {"StartAt": "Both", "States": {"Both": {
                "Type": "Parallel", "End": true,
                "Branches": [
                    {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true}}},
                    {"StartAt": "Other", "States": {"Other": {"Type": "Pass", "End": true}}},
                ],
            }}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}],
        },
        "End": {"Type": "Succeed"},
    }});
    let mock = Mock::output(1).times(2).then(Mock::failure("Out", ""));
    let mocks = Mocks::new().function("f", mock);
    let overlay = after(&definition, &mocks, json!([1, 2, 3, 4])).await;
    assert_eq!(status(&overlay, "Each"), Status::Caught);
    let call = overlay.mark("Call").unwrap();
    assert_eq!(
        (call.status, call.badge.as_str()),
        (Status::Failed, "1 of 3")
    );
    assert_eq!(
        call.notes,
        ["entered 3 times: 1 failed, 2 succeeded", "last error: Out"]
    );
    assert_eq!(status(&overlay, "Other"), Status::Succeeded);
    assert_eq!(status(&overlay, "Both"), Status::Failed);
}

#[tokio::test]
async fn a_branch_that_fails_without_an_event_is_marked() {
    let definition = json!({"StartAt": "Both", "States": {"Both": {
        "Type": "Parallel", "End": true,
        "Branches": [
            {"StartAt": "Broken", "States": {"Broken": {"Type": "Pass", "InputPath": "$.nothing", "End": true}}},
            {"StartAt": "Other", "States": {"Other": {"Type": "Pass", "End": true}}},
        ],
    }}});
    let overlay = after(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(status(&overlay, "Broken"), Status::Failed);
    assert_eq!(status(&overlay, "Both"), Status::Failed);
}

#[test]
fn only_an_execution_that_is_not_stopped_is_in_progress() {
    let asl = machine(&orders()).to_value();
    let so_far = [
        ("ExecutionStarted", "", 0),
        ("WaitStateEntered", "Cool", 0),
        ("WaitStateExited", "Cool", 2),
        ("TaskStateEntered", "Charge", 3),
        ("TaskScheduled", "", 4),
        ("TaskFailed", "Throttled", 5),
    ];
    let overlay = recorded(&so_far).overlay(&asl);
    assert_eq!(overlay.title(), "execution in progress");
    assert_eq!(
        status(&overlay, "Charge"),
        Status::Running,
        "it waits for its retry"
    );
    assert_eq!(status(&overlay, "Cool"), Status::Succeeded);

    let mut stopped = so_far.to_vec();
    stopped.push(("ExecutionAborted", "", 0));
    let overlay = recorded(&stopped).overlay(&asl);
    assert_eq!(overlay.title(), "execution aborted");
    assert_eq!(status(&overlay, "Charge"), Status::Stopped);
}

#[test]
fn a_redriven_state_has_the_mark_of_its_second_attempt() {
    let asl = machine(&orders()).to_value();
    let mut events = vec![
        ("ExecutionStarted", "", 0),
        ("WaitStateEntered", "Cool", 0),
        ("WaitStateExited", "Cool", 2),
        ("TaskStateEntered", "Charge", 3),
        ("TaskScheduled", "", 4),
        ("TaskFailed", "Other", 5),
        ("ExecutionFailed", "Other", 6),
        ("ExecutionRedriven", "", 7),
        ("TaskScheduled", "", 5),
    ];
    let overlay = recorded(&events).overlay(&asl);
    assert_eq!(overlay.title(), "execution redriven, in progress");
    assert_eq!(status(&overlay, "Charge"), Status::Running);
    events.extend([("TaskSucceeded", "", 9), ("TaskStateExited", "Charge", 10)]);
    let overlay = recorded(&events).overlay(&asl);
    assert_eq!(status(&overlay, "Charge"), Status::Succeeded);
    assert_eq!(overlay.mark("Charge").unwrap().badge, "");
}

#[tokio::test]
async fn a_redriven_execution_is_marked_as_succeeded() {
    let flow = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "Next": "End",
        "ItemProcessor": {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true}}},
    }, "End": {"Type": "Succeed"}}});
    let mock = Mock::failure("Closed", "").times(1).then(Mock::output(1));
    let engine = Engine::builder()
        .register_definition("m", &machine(&flow), MachineType::Standard)
        .tasks(Mocks::new().function("f", mock))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!([1, 2, 3]), StartOptions::new())
        .await
        .unwrap();
    let failed = run.report().await;
    let asl = machine(&flow).to_value();
    let first = overlay(&asl, &failed.history);
    assert_eq!(status(&first, "Each"), Status::Failed);
    assert_eq!(status(&first, "Call"), Status::Failed);
    let again = engine.redrive(run.id()).await.unwrap().report().await;
    let second = overlay(&asl, &again.history);
    assert_eq!(second.title(), "execution succeeded");
    for state in ["Each", "Call", "End"] {
        assert_eq!(status(&second, state), Status::Succeeded, "{state}");
    }
    assert_eq!(second.mark("Call").unwrap().badge, "×3");
}

#[test]
fn states_inside_a_distributed_map_have_no_mark() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Call", "States": {
            "Call": {"Type": "Pass", "Next": "Last"}, "Last": {"Type": "Pass", "End": true}}},
    }}});
    let asl = machine(&definition).to_value();
    let overlay =
        recorded(&[("ExecutionStarted", "", 0), ("MapStateEntered", "Each", 0)]).overlay(&asl);
    assert_eq!(status(&overlay, "Each"), Status::Running);
    assert_eq!(overlay.mark("Call"), None);
    assert_eq!(overlay.taken("Call", "Last", false), None);
}
