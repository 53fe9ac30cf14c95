//! `stepwright test-state`.

use crate::common::{Ran, stepwright};

use serde_json::{Value, json};

impl Ran {
    fn response(&self, status: i32) -> Value {
        assert_eq!(self.status, status, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    fn refused(&self, status: i32, texts: &[&str]) {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "`{text}` is not in:\n{}",
                self.stderr
            );
        }
    }
}

fn test_state(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["test-state"], arguments].concat(), stdin)
}

const CHARGE: [&str; 5] = [
    "checkout.asl.json",
    "--state",
    "Charge",
    "--input",
    r#"{"id": 7, "total": 20}"#,
];

fn charge(more: &[&str]) -> Ran {
    test_state(&[&CHARGE, more].concat(), "")
}

#[test]
fn a_state_of_a_machine_is_tested_with_a_mock() {
    let ran = charge(&[
        "--mock",
        r#"{"result": {"Payload": {"chargeId": "ch_1"}, "StatusCode": 200}}"#,
        "--inspection-level",
        "DEBUG",
    ]);
    let response = ran.response(0);
    assert_eq!(response["status"], "SUCCEEDED");
    assert_eq!(response["nextState"], "Large?");
    assert_eq!(
        response["output"],
        r#"{"id":7,"total":20,"charge":{"chargeId":"ch_1"}}"#
    );
    assert_eq!(
        response["inspectionData"]["afterResultSelector"],
        r#"{"chargeId":"ch_1"}"#
    );
}

#[test]
fn the_mock_accepts_the_format_of_the_api() {
    let ran = charge(&[
        "--mock",
        r#"{"result": "{\"Payload\": {\"chargeId\": 1}}"}"#,
    ]);
    assert_eq!(ran.response(0)["status"], "SUCCEEDED");
}

#[test]
fn a_mocked_error_is_retried_or_caught_or_fails_the_state() {
    let error = |name: &str| format!(r#"{{"errorOutput": {{"error": "{name}", "cause": "why"}}}}"#);
    let retried = charge(&[
        "--mock",
        &error("GatewayTimeout"),
        "--state-configuration",
        r#"{"retrierRetryCount": 1}"#,
        "--inspection-level",
        "debug",
    ]);
    let response = retried.response(0);
    assert_eq!(response["status"], "RETRIABLE");
    assert_eq!(
        response["inspectionData"]["errorDetails"],
        json!({"retryIndex": 0, "retryBackoffIntervalSeconds": 10})
    );
    let caught = charge(&["--mock", &error("CardDeclined")]).response(0);
    assert_eq!(
        (&caught["status"], &caught["nextState"]),
        (&json!("CAUGHT_ERROR"), &json!("Declined"))
    );
    let failed = charge(&["--mock", &error("Broken")]).response(1);
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (&json!("FAILED"), &json!("Broken"))
    );
}

#[test]
fn a_single_yaml_state_is_read_from_standard_input() {
    let state = "Type: Pass\nQueryLanguage: JSONata\nOutput: '{% $states.input.n * $rate %}'\nNext: Elsewhere\n";
    let arguments = [
        "-",
        "--input",
        r#"{"n": 4}"#,
        "--variables",
        r#"{"rate": 2}"#,
    ];
    let response = test_state(&arguments, state).response(0);
    assert_eq!(
        response,
        json!({"status": "SUCCEEDED", "output": "8", "nextState": "Elsewhere"})
    );
}

#[test]
fn refusals_have_the_error_messages_of_aws() {
    charge(&["--mock", r#"{"result": {"StatusCode": "200"}}"#]).refused(
        1,
        &["ValidationException: Mock result schema validation error: Field 'StatusCode' must be a number"],
    );
    charge(&["--mock", r#"{"result": {}}"#, "--reveal-secrets"])
        .refused(1, &["TestState does not support RevealSecrets"]);
    let missing = ["checkout.asl.json", "--state", "Chrge"];
    test_state(&missing, "").refused(1, &["ValidationException: State not found in definition"]);
    test_state(&["-"], r#"{"Type": "Pass"}"#).refused(
        1,
        &[
            "InvalidDefinition: Invalid State Machine Definition: '",
            "/States/StateName",
        ],
    );
}

#[test]
fn an_unknown_state_is_refused_with_a_suggestion() {
    test_state(&["checkout.asl.json", "--state", "Chrage"], "")
        .refused(1, &["`Chrage`", "did you mean `Charge`?"]);
    test_state(&["checkout.asl.json", "--state", "Nothing alike"], "")
        .refused(1, &["the states are `Charge`, `Large?`"]);
    let nested = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Inner", "States": {"Inner": {"Type": "Succeed"}}}]}}}"#;
    test_state(&["-", "--state", "Iner"], nested).refused(1, &["did you mean `Inner`?"]);
}

#[test]
fn a_task_without_a_mock_fails_with_a_hint() {
    let ran = charge(&[]);
    assert_eq!(ran.response(1)["error"], "States.Runtime");
    assert!(ran.stderr.contains("--mock"), "{}", ran.stderr);
}

#[test]
fn usage_errors_exit_with_2() {
    test_state(&["checkout.asl.json"], "").refused(2, &["--state", "`Charge`", "`Large?`"]);
    test_state(&["-", "--state", "A"], r#"{"Type": "Succeed"}"#)
        .refused(2, &["is not a state machine"]);
    charge(&["--mock", r#"{"reslt": 1}"#]).refused(2, &["--mock", "reslt"]);
    charge(&["--mock", "{"]).refused(2, &["--mock", "not JSON"]);
    test_state(&["absent.json"], "").refused(2, &["absent.json"]);
}

#[test]
fn a_machine_with_errors_is_refused_with_source_lines() {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
    test_state(&["-", "--state", "A"], machine)
        .refused(1, &["MISSING_TRANSITION_TARGET", "standard input:1"]);
}

#[test]
fn integers_of_any_length_keep_their_digits() {
    const LONG: &str = "123456789012345678901234567890";
    let mock = format!(r#"{{"result": {{"Payload": {LONG}}}, "fieldValidationMode": "NONE"}}"#);
    let state = r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": true}"#;
    let ran = stepwright(&["test-state", "-", "--mock", &mock], state);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(LONG), "{}", ran.stdout);
}
