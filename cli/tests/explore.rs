//! `stepwright explore`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Ran, stepwright};

const ORDER: &str = r#"{"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "ResultPath": "$.charge",
        "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Declined"}], "Next": "Ship"},
    "Ship": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship", "TimeoutSeconds": 60, "ResultPath": "$.shipment",
        "Catch": [{"ErrorEquals": ["OutOfStock"], "ResultPath": "$.error", "Next": "Refund"}], "Next": "Done"},
    "Refund": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:refund", "Parameters": {"charge.$": "$.charge.id"}, "End": true},
    "Declined": {"Type": "Fail", "Error": "OrderDeclined"},
    "Done": {"Type": "Succeed"}}}"#;

const PROPERTIES: &str = "
tasks:
  charge: { errors: [CardDeclined] }
  ship: { errors: [OutOfStock] }
properties:
  - name: a charge is shipped or refunded
    any:
      - leads_to: [{ succeeded: charge }, { succeeded: ship }]
      - leads_to: [{ succeeded: charge }, { called: refund }]
";

/// A folder with the order, the order without the bug, and the properties.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("order.asl.json", ORDER);
    write("fixed.asl.json", &ORDER.replace("OutOfStock", "States.ALL"));
    write("order.properties.yaml", PROPERTIES);
    folder
}

fn explore(folder: &Path, file: &str, arguments: &[&str]) -> Ran {
    let file = folder.join(file);
    let properties = folder.join("order.properties.yaml");
    let own = [
        "explore",
        &file.to_string_lossy(),
        "--properties",
        &properties.to_string_lossy(),
    ]
    .map(str::to_owned);
    let mut all: Vec<&str> = own.iter().map(String::as_str).collect();
    all.extend(arguments);
    stepwright(&all, "")
}

#[test]
fn a_property_that_does_not_hold_is_shown_on_a_shortest_path() {
    let folder = folder();
    let ran = explore(folder.path(), "order.asl.json", &[]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(
        lines[0].starts_with("a charge is shipped or refunded: the property does not hold"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        lines[5],
        r#"  5. `Ship` is called with {"charge":{"id":"sample"}} and fails with `States.Timeout`"#
    );
    assert!(
        ran.stdout
            .contains("1 finding in all paths with up to 2 faults"),
        "{}",
        ran.stdout
    );
    let ran = explore(folder.path(), "fixed.asl.json", &["--faults", "3"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout
            .starts_with("no findings in all paths with up to 3 faults"),
        "{}",
        ran.stdout
    );
}

#[test]
fn json_output_has_findings_steps_and_the_bound() {
    let folder = folder();
    let ran = explore(
        folder.path(),
        "order.asl.json",
        &["--format", "json", "--faults", "1"],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).expect("is JSON");
    let finding = &found["findings"][0];
    assert_eq!(finding["kind"], json!("property"));
    assert_eq!(finding["faults"], json!(1));
    let steps = finding["steps"].as_array().expect("steps");
    assert_eq!(
        steps.last().expect("a step")["error"],
        json!("States.Timeout")
    );
    assert_eq!(found["coverage"]["isComplete"], json!(true));
}

#[test]
fn a_rule_is_switched_off_by_its_name() {
    let definition = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$$.Task.Token"}}}}"#;
    let ran = stepwright(&["explore", "-"], definition);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with("token-without-timeout: `Ask`"),
        "{}",
        ran.stdout
    );
    let ran = stepwright(
        &["explore", "-", "--allow", "token-without-timeout"],
        definition,
    );
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = stepwright(&["explore", "-", "--allow", "token-timeout"], definition);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("the rules are `path-does-not-end`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_wrong_property_file_is_refused_with_its_line() {
    let folder = folder();
    let file = folder.path().join("order.properties.yaml");
    fs::write(
        &file,
        "properties:\n  - name: x\n    leads_to: [{ succeded: charge }]\n",
    )
    .expect("written");
    let ran = explore(folder.path(), "order.asl.json", &[]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("line 3, properties/0/leads_to: `leads_to` has two patterns"),
        "{}",
        ran.stderr
    );
    fs::write(
        &file,
        "properties:\n  - name: x\n    never: { succeded: charge }\n",
    )
    .expect("written");
    let ran = explore(folder.path(), "order.asl.json", &[]);
    assert!(
        ran.stderr
            .contains("`succeded` is no field; did you mean `succeeded`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_search_that_stops_says_what_it_covered() {
    let folder = folder();
    let ran = explore(folder.path(), "order.asl.json", &["--time-limit", "0s"]);
    assert!(
        ran.stdout
            .contains("a part of the paths without faults, because the search stopped after"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_files_of_a_counterexample_repeat_its_path() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let files = ["path.json", "mocks.json", "test.rs", "path.svg"].map(path);
    let [history, mocks, test, picture] = &files;
    let ran = explore(
        folder.path(),
        "order.asl.json",
        &[
            "--write-history",
            history,
            "--write-test",
            mocks,
            "--picture",
            picture,
        ],
    );
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let ran = explore(folder.path(), "order.asl.json", &["--write-test", test]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let source = fs::read_to_string(test).expect("a test");
    assert!(source.contains("async fn"), "{source}");
    assert!(
        fs::read_to_string(picture)
            .expect("a picture")
            .contains("<svg")
    );

    let order = path("order.asl.json");
    let ran = stepwright(&["replay", &order, "--history", history], "");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = stepwright(
        &[
            "run",
            &order,
            "--mocks",
            mocks,
            "--case",
            "counterexample",
            "--input",
            "{}",
        ],
        "",
    );
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("States.Timeout"), "{}", ran.stderr);
}
