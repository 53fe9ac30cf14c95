//! `stepwright report`.

use crate::common::stepwright;

#[test]
fn a_history_and_its_definition_make_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history.json");
    let page = folder.path().join("run.html");
    let (history, page) = (history.to_str().unwrap(), page.to_str().unwrap());
    let definition = r#"{"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "OutOfStock", "Cause": "the password is abc"}}}"#;
    let ran = stepwright(&["run", "-", "--history", history], definition);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let ran = stepwright(
        &["report", "-", "--history", history, "--output", page],
        definition,
    );
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let html = std::fs::read_to_string(page).unwrap();
    assert!(html.contains("execution failed: OutOfStock"), "{html}");
}

#[test]
fn an_execution_of_a_store_makes_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("orders.db");
    let store = store.to_str().unwrap();
    let definition = r#"{"StartAt": "Hash", "States": {"Hash": {"Type": "Pass", "Result": {"password": "abc"}, "End": true}}}"#;
    let ran = stepwright(&["run", "-", "--store", store, "--name", "o-1"], definition);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let report = ["report", "--store", store, "--name", "o-1"];
    let ran = stepwright(&report, "");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("execution succeeded") && ran.stdout.contains("abc"));
    let ran = stepwright(&[&report[..], &["--redact", "password"]].concat(), "");
    assert!(!ran.stdout.contains("abc"), "{}", ran.stdout);
}

#[test]
fn a_wrong_request_says_what_is_missing() {
    for (arguments, message) in [
        (&["report", "checkout.asl.json"][..], "--history <FILE>"),
        (&["report", "--store", "orders.db"], "--name <NAME|ARN>"),
        (
            &["report", "--store", "missing.db", "--name", "o-1"],
            "there is no file missing.db",
        ),
        (
            &["report", "checkout.asl.json", "--history", "missing.json"],
            "missing.json",
        ),
    ] {
        let ran = stepwright(arguments, "");
        assert_eq!(ran.status, 2, "{arguments:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(message),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}
