use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::Status;
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{kinds, output, run, seconds, task};

fn branch(name: &str, state: Json) -> Json {
    let mut state = state;
    if state["Type"] != "Fail" {
        state["End"] = json!(true);
    }
    json!({"StartAt": name, "States": {name: state}})
}

fn parallel(branches: Vec<Json>, more: Json) -> Json {
    let mut state = json!({"Type": "Parallel", "Branches": branches, "End": true});
    for (key, value) in more.as_object().unwrap() {
        state[key] = value.clone();
    }
    json!({"StartAt": "P", "States": {"P": state, "Caught": {"Type": "Pass", "End": true}}})
}

#[tokio::test]
async fn results_are_in_the_order_of_branches_that_run_concurrently() {
    let definition = parallel(
        vec![
            branch("A", task(json!({}))),
            branch("B", json!({"Type": "Pass", "Result": "b"})),
            branch("C", task(json!({}))),
        ],
        json!({"Parameters": {"n.$": "$.n"}}),
    );
    let mocks = Mocks::new()
        .state(
            "A",
            Mock::output(json!({"Payload": "a"})).after(Duration::from_secs(9)),
        )
        .state(
            "C",
            Mock::output(json!({"Payload": "c"})).after(Duration::from_secs(5)),
        );
    let report = run(&definition, &mocks, json!({"n": 1, "m": 2})).await;
    assert_eq!(output(&report), json!(["a", "b", "c"]));
    assert_eq!(seconds(&report), 9.0);
    let payload = mocks.calls_of("A")[0]
        .parameters
        .get("Payload")
        .unwrap()
        .to_text();
    assert_eq!(payload, r#"{"n":1}"#);
}

#[tokio::test]
async fn the_first_failure_aborts_the_siblings() {
    let definition = parallel(
        vec![
            branch("Slow", task(json!({}))),
            branch("Wait", json!({"Type": "Wait", "Seconds": 100})),
            branch("Bad", task(json!({}))),
        ],
        json!({}),
    );
    let mocks = Mocks::new()
        .state("Slow", Mock::output(1).after(Duration::from_secs(50)))
        .state(
            "Bad",
            Mock::failure("E", "why").after(Duration::from_secs(3)),
        );
    let report = run(&definition, &mocks, json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(
        (report.error.as_deref(), report.cause.as_deref()),
        (Some("E"), Some("why"))
    );
    assert_eq!(seconds(&report), 3.0);
    let tail = kinds(&report);
    assert_eq!(
        tail[tail.len() - 6..],
        [
            "TaskFailed",
            "TaskStateAborted",
            "TaskStateAborted",
            "WaitStateAborted",
            "ParallelStateFailed",
            "ExecutionFailed"
        ]
    );
}

#[tokio::test]
async fn a_failed_branch_is_caught_and_retried_as_its_own_error() {
    let definition = parallel(
        vec![branch(
            "Bad",
            json!({"Type": "Fail", "Error": "E", "Cause": "why"}),
        )],
        json!({
            "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["E"], "Next": "Caught", "ResultPath": "$.e"}]
        }),
    );
    let report = run(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(
        output(&report),
        json!({"e": {"Error": "E", "Cause": "why"}})
    );
    assert_eq!(
        kinds(&report)[..10],
        [
            "ExecutionStarted",
            "ParallelStateEntered",
            "ParallelStateStarted",
            "FailStateEntered",
            "ParallelStateStarted",
            "FailStateEntered",
            "ParallelStateStarted",
            "FailStateEntered",
            "ParallelStateFailed",
            "ParallelStateExited"
        ]
    );
    assert_eq!(seconds(&report), 3.0);
}

#[tokio::test]
async fn branches_read_outer_variables_and_keep_their_own() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Set", "States": {
        "Set": {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"},
        "P": {"Type": "Parallel", "Next": "Read", "Branches": [
            {"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Assign": {"y": "{% $x + 1 %}"}, "Next": "B"},
                "B": {"Type": "Pass", "Output": "{% $x + $y %}", "End": true}
            }}
        ]},
        "Read": {"Type": "Pass", "Output": {"r": "{% $states.input[0] %}", "x": "{% $x %}", "y": "{% $exists($y) %}"}, "End": true}
    }});
    let report = run(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(output(&report), json!({"r": 3, "x": 1, "y": false}));
}
