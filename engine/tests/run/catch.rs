use serde_json::{Value as Json, json};
use stepwright_engine::Status;
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{kinds, output, run, task};

fn catching(catch: Json) -> Json {
    json!({"StartAt": "S", "States": {
        "S": task(json!({"Catch": catch, "Next": "Done"})),
        "Done": {"Type": "Succeed"},
        "Caught": {"Type": "Pass", "End": true}
    }})
}

fn failing(error: &str) -> Mocks {
    Mocks::new().function("f", Mock::failure(error, "why"))
}

#[tokio::test]
async fn the_error_output_replaces_or_is_merged_into_the_input() {
    let whole = catching(json!([{"ErrorEquals": ["E"], "Next": "Caught"}]));
    let report = run(&whole, &failing("E"), json!({"a": 1})).await;
    assert_eq!(output(&report), json!({"Error": "E", "Cause": "why"}));

    let placed = catching(json!([
        {"ErrorEquals": ["Other"], "Next": "Done"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}
    ]));
    let report = run(&placed, &failing("E"), json!({"a": 1})).await;
    let expected = json!({"a": 1, "error": {"Error": "E", "Cause": "why"}});
    assert_eq!(output(&report), expected);
    assert_eq!(report.history.path(), ["S", "Caught"]);
}

#[tokio::test]
async fn states_runtime_cannot_be_caught() {
    let definition = json!({"StartAt": "S", "States": {
        "S": task(json!({
            "OutputPath": "$.nowhere",
            "Catch": [{"ErrorEquals": ["States.Runtime"], "Next": "C"}, {"ErrorEquals": ["States.ALL"], "Next": "C"}],
            "End": true
        })),
        "C": {"Type": "Succeed"}
    }});
    let mocks = Mocks::new().function("f", Mock::output(1));
    let report = run(&definition, &mocks, json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("States.Runtime"));
    // The task itself had succeeded.
    assert!(kinds(&report).contains(&"TaskSucceeded"));
}

/// Returns a result of one byte more than the limit.
fn too_large() -> Mocks {
    Mocks::new().function("f", Mock::output("x".repeat(262_145)))
}

#[tokio::test]
async fn a_task_result_that_is_too_large_is_caught_by_name_or_states_all() {
    for name in ["States.ALL", "States.DataLimitExceeded"] {
        let definition = catching(json!([{"ErrorEquals": [name], "Next": "Caught"}]));
        let report = run(&definition, &too_large(), json!({})).await;
        assert_eq!(output(&report)["Error"], "States.DataLimitExceeded");
    }
    let failed = catching(json!([{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}]));
    let report = run(&failed, &too_large(), json!({})).await;
    assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));
}

#[tokio::test]
async fn a_parallel_catches_a_too_large_inner_result_with_states_all() {
    let definition = json!({"StartAt": "P", "States": {
        "P": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "S", "States": {"S": task(json!({"End": true}))}}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
            "End": true
        },
        "Caught": {"Type": "Pass", "End": true}
    }});
    let report = run(&definition, &too_large(), json!({})).await;
    assert_eq!(output(&report)["Error"], "States.DataLimitExceeded");
}

#[tokio::test]
async fn a_too_large_state_output_is_not_caught_by_states_all() {
    let half = "x".repeat(200_000);
    let definition = json!({"StartAt": "P", "States": {
        "P": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}},
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
            "End": true
        },
        "Caught": {"Type": "Pass", "End": true}
    }});
    let report = run(&definition, &Mocks::new(), json!(half)).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));
}

#[tokio::test]
async fn a_jsonata_catcher_sees_error_and_input_and_assigns() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "S", "States": {
        "S": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f"},
            "Catch": [{
                "ErrorEquals": ["E"], "Next": "C",
                "Assign": {"reason": "{% $states.errorOutput.Cause %}"},
                "Output": {"was": "{% $states.input.a %}"}
            }],
            "End": true
        },
        "C": {"Type": "Pass", "Output": {"was": "{% $states.input.was %}", "reason": "{% $reason %}"}, "End": true}
    }});
    let report = run(&definition, &failing("E"), json!({"a": 1})).await;
    assert_eq!(output(&report), json!({"was": 1, "reason": "why"}));
}
