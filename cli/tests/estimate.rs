//! `stepwright estimate`.

use crate::common::{Ran, stepwright};
use serde_json::{Value, json};

fn estimate(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["estimate"], arguments].concat(), stdin)
}

const POLL: &str = r#"{"StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "ask"}, "TimeoutSeconds": 60, "Next": "Ready?"},
    "Ready?": {"Type": "Choice", "Choices": [{"Variable": "$.Payload", "IsPresent": true, "Next": "Done"}], "Default": "Pause"},
    "Pause": {"Type": "Wait", "Seconds": 30, "Next": "Ask"}, "Done": {"Type": "Succeed"}}}"#;

fn json_of(ran: &Ran) -> Value {
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("is JSON")
}

#[test]
fn an_estimate_is_a_table_with_warnings_on_standard_error() {
    let ran = estimate(&["-"], POLL);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("an execution"), "{}", ran.stdout);
    assert!(ran.stdout.contains("unbounded"), "{}", ran.stdout);
    assert!(
        ran.stderr
            .contains("warning: the loop of `Ask`, `Ready?`, `Pause` has no bound"),
        "{}",
        ran.stderr
    );
    let ran = estimate(&["-", "--rounds", "Ask=20"], POLL);
    assert!(!ran.stdout.contains("unbounded"), "{}", ran.stdout);
    assert_eq!(
        ran.stderr.matches("has no bound").count(),
        0,
        "{}",
        ran.stderr
    );
    let ran = estimate(&["checkout.asl.json"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

#[test]
fn json_output_has_null_for_unbounded_values() {
    let found = json_of(&estimate(
        &["-", "--format", "json", "--probability", "Ready?=Pause:0"],
        POLL,
    ));
    assert_eq!(found["worst"]["events"], Value::Null);
    assert_eq!(found["typical"]["transitions"], json!(3.0));
    assert_eq!(found["prices"]["region"], json!("us-east-1"));
    assert_eq!(
        found["bestPrice"]["standard"],
        json!((3e6 - 4000.0) * 0.025 / 1000.0)
    );
    let found = json_of(&estimate(
        &["-", "--format", "json", "--region", "mars-1"],
        POLL,
    ));
    assert_eq!(found["prices"], Value::Null);
    assert!(found["warnings"].to_string().contains("mars-1"));
}

#[test]
fn a_recorded_history_determines_the_typical_values() {
    let folder = std::env::temp_dir().join(format!("stepwright-estimate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("can be made");
    let (definition, history) = (folder.join("pause.asl.json"), folder.join("history.json"));
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Variable": "$.long", "IsPresent": true, "Next": "B"}], "Default": "C"},
        "B": {"Type": "Wait", "Seconds": 30, "Next": "C"}, "C": {"Type": "Succeed"}}}"#;
    std::fs::write(&definition, text).expect("can be written");
    let (definition, history) = (
        definition.to_str().expect("is text"),
        history.to_str().expect("is text"),
    );
    let ran = stepwright(
        &[
            "run",
            definition,
            "--input",
            r#"{"long": 1}"#,
            "--history",
            history,
        ],
        "",
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let found = json_of(&estimate(
        &[definition, "--history", history, "--format", "json"],
        "",
    ));
    assert_eq!(found["typical"]["transitions"], json!(3.0));
    assert_eq!(found["typical"]["events"], json!(8.0));
    let seconds = found["typical"]["seconds"].as_f64().expect("is a number");
    assert!((30.0..31.0).contains(&seconds), "{seconds}");
    std::fs::remove_dir_all(&folder).expect("can be removed");
}

#[test]
fn invalid_options_and_definitions_are_reported() {
    for (arguments, said) in [
        (vec!["-", "--rounds", "Aks=3"], "did you mean `Ask`?"),
        (vec!["-", "--rounds", "often"], "give a number"),
        (vec!["-", "--items", "5..1"], "give a number or a range"),
        (vec!["-", "--items", "Each=5"], "no state `Each`"),
        (vec!["-", "--probability", "Ready?=Pause:2"], "from 0 to 1"),
        (
            vec!["-", "--probability", "Ready?=Paus:0.5"],
            "did you mean `Pause`?",
        ),
        (vec!["-", "--task-duration=-1"], "give seconds"),
        (vec!["-", "--history", "nowhere.json"], "nowhere.json"),
        (
            vec!["-", "--history", "checkout.asl.json"],
            "this is not a history: it has no list `events`",
        ),
    ] {
        let ran = estimate(&arguments, POLL);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    let ran = estimate(&["-"], r#"{"StartAt": "A", "States": {}}"#);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
}

#[test]
fn a_wait_for_an_answer_is_unknown_unless_an_option_gives_its_time() {
    const LOAN: &str = r#"{"StartAt": "Review", "States": {"Review": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}, "Next": "Done"}, "Done": {"Type": "Succeed"}}}"#;
    let unknown = estimate(&["-"], LOAN);
    let duration = unknown
        .stdout
        .lines()
        .find(|line| line.starts_with("duration"));
    let columns: Vec<&str> = duration.expect("a duration").split_whitespace().collect();
    assert_eq!(columns, ["duration", "0.0", "s", "unknown", "unbounded"]);
    assert!(
        unknown.stderr.contains("give --wait 'Review=2h'"),
        "{}",
        unknown.stderr
    );
    assert_eq!(
        json_of(&estimate(&["-", "--format", "json"], LOAN))["typical"]["seconds"],
        Value::Null
    );
    for (given, seconds) in [
        ("Review=2d", 172_800.0),
        ("Review=90", 90.0),
        ("Review=1.5 h", 5400.0),
        ("Review=3m", 180.0),
    ] {
        let known = json_of(&estimate(&["-", "--format", "json", "--wait", given], LOAN));
        assert_eq!(known["typical"]["seconds"], json!(seconds), "{given}");
    }
    for (given, problem) in [
        (
            "Done=2d",
            "--wait: `Done` does not wait for a task token or an activity, nor until a computed time",
        ),
        (
            "Reviews=2d",
            "--wait: the definition has no state `Reviews`",
        ),
        (
            "Review=soon",
            "give a state and a time, as in `Review=2d`; the units are s, m, h and d",
        ),
        ("2d", "give a state and a time, as in `Review=2d`"),
    ] {
        let refused = estimate(&["-", "--wait", given], LOAN);
        assert_eq!(refused.status, 2, "{given}: {}", refused.stderr);
        assert!(
            refused.stderr.contains(problem),
            "{given}: {}",
            refused.stderr
        );
    }
}
