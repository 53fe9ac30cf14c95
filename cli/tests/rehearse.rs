//! `stepwright rehearse`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn stepwright(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat())
        .into_owned()
}

/// An order of 20 is accepted, one of 2000 is reviewed.
pub(crate) fn orders(limit: u64) -> Value {
    json!({"StartAt": "Large?", "States": {
        "Large?": {"Type": "Choice", "Default": "Accept", "Choices": [
            {"Variable": "$.total", "NumericGreaterThan": limit, "Next": "Review"}]},
        "Review": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "review", "Payload.$": "$"}, "ResultPath": null, "Next": "Accept"},
        "Accept": {"Type": "Succeed"}
    }})
}

/// A folder with a definition, and the histories of two orders.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("histories")).unwrap();
    std::fs::write(path.join("orders.asl.json"), orders(1000).to_string()).unwrap();
    for total in ["20", "2000"] {
        let input = format!("{{\"total\": {total}, \"card\": \"4111\"}}");
        let history = format!("histories/order-{total}.json");
        let ran = stepwright(
            path,
            &[
                "run",
                "orders.asl.json",
                "--input",
                &input,
                "--task",
                "review=cat",
                "--history",
                &history,
            ],
        );
        assert!(ran.status.success(), "{}", text(&ran));
    }
    folder
}

#[test]
fn an_unchanged_definition_is_within_the_limits() {
    let folder = project();
    let output = stepwright(
        folder.path(),
        &[
            "rehearse",
            "orders.asl.json",
            "--histories",
            "histories",
            "--max",
            "path=0",
        ],
    );
    let shown = text(&output);
    assert!(output.status.success(), "{shown}");
    assert!(
        shown.contains("same end and same calls: 2 executions"),
        "{shown}"
    );
    assert!(shown.contains("covered: 100.0 %"), "{shown}");
}

#[test]
fn other_paths_are_reported_and_limits_decide_the_exit_status() {
    let folder = project();
    let path = folder.path();
    std::fs::write(path.join("new.asl.json"), orders(5000).to_string()).unwrap();
    let run = |more: &[&str]| {
        let mut arguments = vec!["rehearse", "new.asl.json", "--histories", "histories"];
        arguments.extend(more);
        stepwright(path, &arguments)
    };
    let output = run(&[]);
    let shown = text(&output);
    assert!(
        output.status.success(),
        "another path has no limit unless set: {shown}"
    );
    assert!(
        shown.contains("after `Large?` comes `Accept` instead of `Review`: no rule of `Large?` matches; `$.total` is 2000"),
        "{shown}"
    );
    for (limits, status) in [
        (["--max", "path=0"], 1),
        (["--max", "path=50%"], 0),
        (["--max", "path=49%"], 1),
        (["--min-coverage", "99"], 1),
        (["--min-coverage", "50"], 0),
        (["--max-age", "0"], 1),
        (["--max-growth", "0"], 0),
        (["--max", "paths=0"], 2),
        (["--max", "path"], 2),
    ] {
        let output = run(&limits);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{limits:?}: {}",
            text(&output)
        );
    }
    let json: Value = serde_json::from_slice(&run(&["--format", "json"]).stdout).unwrap();
    assert_eq!(json["kinds"]["path"], 1);
    let junit = run(&["--format", "junit", "--max", "path=0"]);
    assert!(text(&junit).contains("failures=\"1\""), "{}", text(&junit));
    assert!(text(&run(&["--format", "html"])).contains("<svg "));
    assert!(text(&run(&["--format", "markdown"])).contains("| other path | 1 |"));
}

#[test]
fn a_call_without_an_answer_fails_without_a_limit() {
    let folder = project();
    std::fs::write(folder.path().join("new.asl.json"), orders(10).to_string()).unwrap();
    let output = stepwright(
        folder.path(),
        &["rehearse", "new.asl.json", "--histories", "histories"],
    );
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(
        shown.contains("`Review` calls lambda:invoke of review with"),
        "{shown}"
    );
    assert!(
        shown.contains("call without a recorded answer: 1 of 2 executions, more than 0"),
        "{shown}"
    );
}

#[test]
fn saved_histories_are_masked_and_are_a_suite_of_their_own() {
    let folder = project();
    let path = folder.path();
    let save = || {
        stepwright(
            path,
            &[
                "rehearse",
                "orders.asl.json",
                "--histories",
                "histories",
                "--save",
                "suite",
                "--redact",
                "card",
            ],
        )
    };
    let output = save();
    assert!(output.status.success(), "{}", text(&output));
    let files = |folder: &str| {
        let entries = std::fs::read_dir(path.join(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let first = files("suite");
    assert_eq!(first.len(), 2, "one of each path");
    for name in &first {
        let saved = std::fs::read_to_string(path.join("suite").join(name)).unwrap();
        assert!(
            !saved.contains("4111") && saved.contains("[redacted]"),
            "{saved}"
        );
    }
    save();
    assert_eq!(files("suite"), first, "a second run changes nothing");
    let output = stepwright(
        path,
        &["rehearse", "orders.asl.json", "--histories", "suite"],
    );
    assert!(
        text(&output).contains("same end and same calls: 2 executions"),
        "{}",
        text(&output)
    );
}

#[test]
fn the_executions_of_a_store_know_their_definition() {
    let folder = project();
    let path = folder.path();
    let ran = stepwright(
        path,
        &[
            "run",
            "orders.asl.json",
            "--input",
            "{\"total\": 2000}",
            "--task",
            "review=cat",
            "--store",
            "orders.db",
            "--name",
            "o-1",
        ],
    );
    assert!(ran.status.success(), "{}", text(&ran));
    let mut renamed = orders(1000);
    let review = renamed["States"]
        .as_object_mut()
        .unwrap()
        .remove("Review")
        .unwrap();
    renamed["States"]["Check"] = review;
    renamed["States"]["Large?"]["Choices"][0]["Next"] = json!("Check");
    std::fs::write(path.join("new.asl.json"), renamed.to_string()).unwrap();
    let output = stepwright(path, &["rehearse", "new.asl.json", "--store", "orders.db"]);
    assert!(
        text(&output).contains("same end and same calls: 1 execution"),
        "{}",
        text(&output)
    );
}

#[test]
fn wrong_usage_says_what_to_give() {
    let folder = project();
    let path = folder.path();
    std::fs::create_dir(path.join("empty")).unwrap();
    for (arguments, part) in [
        (vec!["rehearse", "orders.asl.json"], "--histories"),
        (
            vec!["rehearse", "orders.asl.json", "--histories", "empty"],
            "there are no recorded executions in empty",
        ),
        (
            vec![
                "rehearse",
                "orders.asl.json",
                "--histories",
                "nowhere.json",
                "--max",
                "unusable=0",
            ],
            "nowhere.json",
        ),
        (
            vec![
                "rehearse",
                "orders.asl.json",
                "--executions",
                "order-17",
                "--aws-account",
                "123456789012",
            ],
            "is not the ARN of an execution",
        ),
        (
            vec![
                "rehearse",
                "orders.asl.json",
                "--executions",
                "arn:aws:states:us-east-1:123456789012:execution:a:b",
            ],
            "--aws-account NUMBER",
        ),
        (
            vec![
                "rehearse",
                "orders.asl.json",
                "--executions",
                "arn:aws:states:us-east-1:123456789012:execution:a:b",
                "--aws-account",
                "999999999999",
            ],
            "is in the account 123456789012",
        ),
        (
            vec![
                "rehearse",
                "orders.asl.json",
                "--histories",
                "histories",
                "--substitute",
                "Nothing=1",
            ],
            "no placeholder",
        ),
    ] {
        let output = stepwright(path, &arguments);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        assert!(
            text(&output).contains(part),
            "{arguments:?}: {}",
            text(&output)
        );
    }
}

#[test]
fn executions_are_read_by_the_api_of_step_functions() {
    use crate::serve::support::Server;

    let server = Server::start(&[]);
    let pass = json!({"Type": "Pass", "Assign": {"Total": "{% 1 %}"}, "QueryLanguage": "JSONata",
        "Output": "{% $states.input.n + 1 %}"});
    let arn = server.start_state("Add", pass, &json!({"n": 1}));
    let ended = server.finished(&arn);
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let folder = tempfile::tempdir().unwrap();
    let rehearse = |added: u32| {
        let new = json!({"StartAt": "Plus", "States": {"Plus": {"Type": "Pass", "End": true,
            "QueryLanguage": "JSONata", "Assign": {"Total": "{% 1 %}"},
            "Output": format!("{{% $states.input.n + {added} %}}")}}});
        std::fs::write(folder.path().join("new.asl.json"), new.to_string()).unwrap();
        let endpoint = format!("http://{}", server.address);
        stepwright(
            folder.path(),
            &[
                "rehearse",
                "new.asl.json",
                "--executions",
                &arn,
                "--aws-endpoint",
                &endpoint,
            ],
        )
    };
    let output = rehearse(1);
    assert!(
        text(&output).contains("same end and same calls: 1 execution"),
        "{}",
        text(&output)
    );
    let output = rehearse(2);
    assert!(
        text(&output).contains("another output: /output: recorded 2, now 3"),
        "{}",
        text(&output)
    );
}
