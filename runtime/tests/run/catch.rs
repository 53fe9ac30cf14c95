use serde_json::{Value as Json, json};
use stepwright_runtime::Status;
use stepwright_runtime::testing::{Mock, Mocks};

use crate::support::{kinds, output, run, task};

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
async fn the_error_output_replaces_the_input_or_is_put_into_it() {
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
async fn states_runtime_is_caught_by_nobody() {
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

#[tokio::test]
async fn a_result_that_is_too_large_is_caught_by_its_name_only() {
    let mocks = Mocks::new().function("f", Mock::output("x".repeat(300_000)));
    let all = catching(json!([{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]));
    let report = run(&all, &mocks, json!({})).await;
    assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));

    let named = catching(json!([{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "Caught"}]));
    let report = run(&named, &mocks, json!({})).await;
    assert_eq!(output(&report)["Error"], "States.DataLimitExceeded");
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
