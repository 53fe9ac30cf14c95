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
fn parts_that_no_path_reaches_are_listed_and_fail_under_a_threshold() {
    let folder = folder();
    let ran = explore(folder.path(), "fixed.asl.json", &["--fail-under", "100"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stderr.contains("no path reaches"), "{}", ran.stderr);
    let fails = |least: &str| {
        let limits = ["--faults", "0", "--fail-under", least];
        explore(folder.path(), "fixed.asl.json", &limits)
    };
    assert_eq!(fails("40").status, 0);
    let ran = fails("60.5");
    assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
    let note = "no path reaches state `Refund`, state `Declined`, catcher 1 of `Charge` (CardDeclined) -> `Declined`, catcher 1 of `Ship` (States.ALL) -> `Refund`";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    let error = "paths reach 55.5 % of the definition, less than the 60.5 % of --fail-under";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
}

#[test]
fn each_error_that_nothing_catches_is_found_on_request() {
    let folder = folder();
    let undeclared = ["--undeclared-errors", "--faults", "1"];
    let ran = explore(folder.path(), "fixed.asl.json", &undeclared);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let finding =
        "error-not-handled: `AnyOtherError` of `Charge` is not caught, and ends the execution";
    assert!(ran.stdout.contains(finding), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("1 finding in all paths"),
        "{}",
        ran.stdout
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
fn a_name_that_no_definition_has_is_an_error() {
    let folder = folder();
    let file = folder.path().join("order.properties.yaml");
    let properties = "properties: [{ name: nothing is refunded, never: { called: refnd } }]\n";
    fs::write(&file, properties).expect("written");
    let ran = explore(folder.path(), "fixed.asl.json", &[]);
    let message =
        "property `nothing is refunded`: no task is named `refnd`; did you mean `Refund`?";
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    // The findings are reported, too.
    let with_finding = format!("{properties}  # \ntasks: {{ charge: {{ errors: [Busy] }} }}\n");
    fs::write(&file, with_finding).expect("written");
    let ran = explore(folder.path(), "fixed.asl.json", &["--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(json["unknownNames"], json!([message]));
    assert_eq!(json["findings"][0]["name"], "error-not-handled");
}

#[test]
fn a_placeholder_of_a_number_has_a_value_or_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("wait.asl.json");
    let definition = r#"{"StartAt": "Pause", "States": {
        "Pause": {"Type": "Wait", "Seconds": "${Delay}", "Next": "Call"},
        "Call": {"Type": "Task", "Resource": "${CallArn}", "TimeoutSeconds": "${Limit}", "End": true}}}"#;
    fs::write(&file, definition).expect("written");
    let file = file.to_string_lossy();
    let ran = stepwright(&["explore", &file], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let note = "runs without `Seconds` of `Pause`, `TimeoutSeconds` of `Call`";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    let within = ["explore", &file, "--within", "1m"];
    let substitute = |values: &[&str]| {
        let given = values.iter().flat_map(|value| ["--substitute", value]);
        stepwright(&within.iter().copied().chain(given).collect::<Vec<_>>(), "")
    };
    let values = [
        "Delay=50",
        "Limit=5",
        "CallArn=arn:aws:lambda:us-east-1:123456789012:function:f",
    ];
    let ran = substitute(&values);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert_eq!(substitute(&["Delay=90"]).status, 1);
    let ran = substitute(&["Dealy=90"]);
    assert_eq!(ran.status, 2);
    let hint = "the definition has no placeholder `${Dealy}`; did you mean `Delay`?";
    assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    let ran = substitute(&["Delay=soon"]);
    assert_eq!(ran.status, 2);
    let refused = "--substitute: `soon` is no value of `Seconds` of `Pause`";
    assert!(ran.stderr.contains(refused), "{}", ran.stderr);
}

#[test]
fn a_value_that_an_event_does_not_have_is_refused() {
    let folder = folder();
    let file = folder.path().join("order.properties.yaml");
    for (pattern, message) in [
        (
            "{ called: charge, result: { ok: true } }",
            "an event `called` has no value `result`; its values are `arguments`, `attempt`, `function`",
        ),
        (
            "{ exited: Done, where: '{% $input.a %}' }",
            "an event `exited` has no value `input`; its values are `output`",
        ),
        (
            "{ succeeded: charge, bind: { a: $cause } }",
            "an event `succeeded` has no value `cause`; its values are `arguments`, `attempt`, `result`, `function`",
        ),
    ] {
        let properties = format!("properties: [{{ name: x, never: {pattern} }}]");
        fs::write(&file, properties).expect("written");
        let ran = explore(folder.path(), "fixed.asl.json", &[]);
        assert_eq!(ran.status, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}

#[test]
fn a_search_that_stops_says_what_it_covered() {
    let folder = folder();
    let ran = explore(folder.path(), "order.asl.json", &["--time-limit", "0s"]);
    assert!(
        ran.stdout
            .contains("0 paths, because the search stopped after"),
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

/// An order that starts a payment, and its properties: the payment may fail after the goods were
/// reserved.
const WITH_PAYMENT: &str = r#"{"StartAt": "Reserve", "States": {
    "Reserve": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:reserve", "ResultPath": null, "Next": "Pay"},
    "Pay": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "ResultPath": "$.payment",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:payments", "Input": {"total.$": "$.total"}},
        "Catch": [{"ErrorEquals": ["CardDeclined"], "ResultPath": null, "Next": "Release"}], "Next": "Ship"},
    "Ship": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship", "End": true},
    "Release": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:release", "End": true}}}"#;

const PAYMENT: &str = r#"{"StartAt": "Large?", "States": {
    "Large?": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 1000, "Next": "Declined"}], "Default": "Charge"},
    "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true},
    "Declined": {"Type": "Fail", "Error": "CardDeclined"}}}"#;

const RELEASED: &str = "
properties:
  - name: reserved goods are shipped or released
    any:
      - leads_to: [{ succeeded: reserve }, { called: ship }]
      - leads_to: [{ succeeded: reserve }, { called: release }]
";

#[test]
fn an_execution_of_a_definition_at_hand_is_a_part_of_the_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let write = |name: &str, text: &str| fs::write(path(name), text).expect("written");
    write("order.asl.json", WITH_PAYMENT);
    write("pay.json", PAYMENT);
    write("p.yaml", RELEASED);
    let explore = |arguments: &[&str]| {
        let (order, properties) = (path("order.asl.json"), path("p.yaml"));
        let mut all = vec!["explore", &order, "--properties", &properties];
        all.extend(arguments);
        stepwright(&all, "")
    };
    // Without the definition, the start fails with an error of any task.
    let ran = explore(&[]);
    assert!(
        ran.stderr.contains("`--with payments=FILE` names it"),
        "{}",
        ran.stderr
    );
    let with = format!("payments={}", path("pay.json"));
    let given = explore(&["--with", &with]);
    assert_eq!(given.status, 1, "{}", given.stderr);
    // The value is at the boundary of a condition of the payment.
    for line in [
        r#"  1. the input is {"total":1001}"#,
        r#"`Pay/payments` starts with {"total":1001}"#,
        "the path enters `Large?` of `Pay/payments`, `Declined` of `Pay/payments`",
        "`Pay/payments` fails with `CardDeclined`",
        "and fails with `States.TaskFailed`",
    ] {
        assert!(given.stdout.contains(line), "{line}\n{}", given.stdout);
    }
    // A file of its name in the same folder is found.
    write("payments.asl.json", PAYMENT);
    let found = explore(&[]);
    assert!(
        found
            .stderr
            .contains("the executions of `payments` are explored, too"),
        "{}",
        found.stderr
    );
    assert_eq!(found.stdout, given.stdout);
    let unknown = explore(&["--with", "refunds=pay.json"]);
    assert_eq!(unknown.status, 2, "{}", unknown.stdout);
    assert!(
        unknown.stderr.contains("it starts `payments`"),
        "{}",
        unknown.stderr
    );
    // Its files repeat the path of the order.
    let [history, mocks, test] = ["path.json", "mocks.json", "test.rs"].map(path);
    explore(&["--write-history", &history, "--write-test", &mocks]);
    let order = path("order.asl.json");
    let ran = stepwright(&["replay", &order, "--history", &history], "");
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let written: Value =
        serde_json::from_str(&fs::read_to_string(&history).expect("a file")).expect("is JSON");
    assert!(written["nested"]["Pay/payments"]["events"].is_array());
    let ran = stepwright(
        &[
            "run",
            &order,
            "--mocks",
            &mocks,
            "--case",
            "counterexample",
            "--input",
            r#"{"total": 1001}"#,
        ],
        "",
    );
    assert!(ran.stderr.contains("States.TaskFailed"), "{}", ran.stderr);
    let ran = explore(&["--write-test", &test]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let source = fs::read_to_string(&test).expect("a test");
    assert!(source.contains("States.TaskFailed"), "{source}");
}

#[test]
fn a_state_machine_of_the_same_template_is_a_part_of_the_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("template.json");
    let order = WITH_PAYMENT.replace(
        "arn:aws:states:us-east-1:123456789012:stateMachine:payments",
        "${PaymentArn}",
    );
    let definition = |text: &str| serde_json::from_str::<Value>(text).expect("is JSON");
    let template = json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Orders": {"Type": "AWS::Serverless::StateMachine", "Properties": {
                "Definition": definition(&order), "DefinitionSubstitutions": {"PaymentArn": {"Fn::GetAtt": ["Payments", "Arn"]}}}},
            "Payments": {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": definition(PAYMENT)}}
        }
    });
    fs::write(&file, template.to_string()).expect("written");
    let file = format!("{}#Orders", file.display());
    let ran = stepwright(&["explore", &file], "");
    assert!(
        ran.stderr
            .contains("the executions of `PaymentArn` are explored, too"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn the_files_of_a_map_run_repeat_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let definition = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.orders", "ToleratedFailureCount": 1, "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Charge", "States": {
            "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}}}}}}"#;
    let file = path("each.asl.json");
    fs::write(&file, definition).expect("written");
    for (name, property, is_same) in [
        ("all fail", "never: { ended: failed }", true),
        (
            "one fails",
            "any: [{ never: { failed: charge } }, { never: { succeeded: charge } }]",
            false,
        ),
    ] {
        let properties = path("p.yaml");
        let text = format!("properties: [{{ name: {name}, {property} }}]");
        fs::write(&properties, text).expect("written");
        let [history, mocks, test, picture] =
            ["path.json", "mocks.json", "test.rs", "path.svg"].map(path);
        let explore = |arguments: &[&str]| {
            let mut all = vec!["explore", &file, "--properties", &properties];
            all.extend(arguments);
            stepwright(&all, "")
        };
        let ran = explore(&[
            "--write-history",
            &history,
            "--picture",
            &picture,
            "--write-test",
            &test,
        ]);
        assert_eq!(ran.status, 1, "{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains("`Each[1]` starts with"),
            "{}",
            ran.stdout
        );
        let source = fs::read_to_string(&test).expect("a test");
        assert!(source.contains("Mock::failure("), "{source}");
        let ran = stepwright(&["rehearse", &file, "--histories", &history], "");
        assert_eq!(ran.status, 0, "{name} {}{}", ran.stdout, ran.stderr);
        let ran = explore(&["--write-test", &mocks]);
        if !is_same {
            assert_eq!(ran.status, 1);
            assert!(
                ran.stderr.contains("get different results from `Charge`"),
                "{}",
                ran.stderr
            );
            continue;
        }
        let ran = stepwright(
            &[
                "run",
                &file,
                "--mocks",
                &mocks,
                "--case",
                "counterexample",
                "--input",
                r#"{"orders": [1, 2]}"#,
            ],
            "",
        );
        assert!(
            ran.stderr
                .contains("States.ExceedToleratedFailureThreshold"),
            "{}",
            ran.stderr
        );
    }
}
