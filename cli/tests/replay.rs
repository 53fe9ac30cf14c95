//! `stepwright replay`, and the progress of `stepwright run`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn stepwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/asl"))
        .output()
        .unwrap()
}

fn replay(definition: &Path, history: &Path) -> (i32, String) {
    let output = stepwright(&[
        "replay",
        definition.to_str().unwrap(),
        "--history",
        history.to_str().unwrap(),
    ]);
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

/// A temporary file.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        Self(std::env::temp_dir().join(format!("stepwright-replay-{id}-{name}")))
    }

    fn written(name: &str, text: &str) -> Self {
        let file = Self::new(name);
        std::fs::write(&file.0, text).unwrap();
        file
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_recorded_run_is_equal_until_the_definition_changes() {
    let history = Temporary::new("history.json");
    let ran = stepwright(&[
        "run",
        "checkout.asl.json",
        "--input",
        r#"{"id": 7, "total": 2000}"#,
        "--mocks",
        "MockConfigFile.json",
        "--case",
        "SlowGateway",
        "--history",
        history.0.to_str().unwrap(),
    ]);
    assert!(ran.status.success());
    assert!(
        ran.stderr.is_empty(),
        "the output is not a terminal, so no progress is shown"
    );

    let (status, text) = replay(Path::new("checkout.asl.json"), &history.0);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("equal, 2"), "{text}");

    let definition =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/asl/checkout.asl.json");
    let changed = std::fs::read_to_string(definition)
        .unwrap()
        .replace("order-{}", "sale-{}");
    let changed = Temporary::written("changed.asl.json", &changed);
    let (status, text) = replay(&changed.0, &history.0);
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("event 3, TaskScheduled of `Charge`: /parameters/Payload/reference: recorded \"order-7\", now \"sale-7\""),
        "{text}"
    );
}

#[test]
fn an_invalid_history_is_a_usage_error() {
    let (status, text) = replay(Path::new("checkout.asl.json"), Path::new("nowhere.json"));
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("nowhere.json"), "{text}");
    let (status, text) = replay(
        Path::new("checkout.asl.json"),
        Path::new("discount.input.json"),
    );
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("no list `events`"), "{text}");
    let output = stepwright(&["replay", "checkout.asl.json"]);
    assert_eq!(output.status.code(), Some(2), "--history is missing");
}

#[test]
fn the_items_of_a_distributed_map_are_recorded_and_replayed() {
    let definition = |name: &str| {
        format!(
            r#"{{"StartAt": "Each", "States": {{"Each": {{"Type": "Map", "End": true, "ItemProcessor": {{
                "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
                "StartAt": "Call", "States": {{"Call": {{
                    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                    "Parameters": {{"FunctionName": "{name}", "Payload.$": "$"}}, "OutputPath": "$.Payload"
                }}}}
            }}}}}}}}"#
        )
    };
    let machine = Temporary::written("each.asl.json", &definition("double"));
    let history = Temporary::new("each-history.json");
    let ran = stepwright(&[
        "run",
        machine.0.to_str().unwrap(),
        "--input",
        "[1, 2]",
        "--task",
        "double=cat",
        "--history",
        history.0.to_str().unwrap(),
    ]);
    assert!(ran.status.success(), "{ran:?}");
    let (status, text) = replay(&machine.0, &history.0);
    assert_eq!(status, 0, "{text}");

    let changed = Temporary::written("each-changed.asl.json", &definition("halve"));
    let (status, text) = replay(&changed.0, &history.0);
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("child 1: event 3, TaskScheduled of `Call`: /parameters/FunctionName: recorded \"double\", now \"halve\""),
        "{text}"
    );

    // In AWS's format: a separate history for each execution.
    let mut whole: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&history.0).unwrap()).unwrap();
    let children = whole["children"].take();
    let alone = Temporary::written("each-alone.json", &whole.to_string());
    let (status, text) = replay(&machine.0, &alone.0);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("--child FILE"), "{text}");
    let files: Vec<Temporary> = (0..2)
        .map(|at| Temporary::written(&format!("each-{at}.json"), &children[at].to_string()))
        .collect();
    let output = stepwright(&[
        "replay",
        machine.0.to_str().unwrap(),
        "--history",
        alone.0.to_str().unwrap(),
        "--child",
        files[0].0.to_str().unwrap(),
        "--child",
        files[1].0.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_history_with_arns_replays_the_emitted_definition() {
    const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:double";
    let definition = |function: &str| {
        format!(
            r#"{{"StartAt": "Call", "States": {{"Call": {{
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": {{"FunctionName": "{function}", "Payload.$": "$"}}, "OutputPath": "$.Payload"
            }}}}}}"#
        )
    };
    let deployed = Temporary::written("deployed.asl.json", &definition(ARN));
    let history = Temporary::new("deployed-history.json");
    let task = format!("{ARN}=cat");
    let (machine, file) = (
        deployed.0.to_str().unwrap(),
        history.0.to_str().unwrap().to_owned(),
    );
    let ran = stepwright(&["run", machine, "--task", &task, "--history", &file]);
    assert!(ran.status.success(), "{ran:?}");

    let emitted = Temporary::written("emitted.asl.json", &definition("${DoubleArn}"));
    let (status, text) = replay(&emitted.0, &history.0);
    assert_eq!(status, 0, "{text}");

    let substitute = |value: &str| {
        let emitted = emitted.0.to_str().unwrap();
        let output = stepwright(&["replay", emitted, "--history", &file, "--substitute", value]);
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(text).unwrap(),
        )
    };
    let (status, text) = substitute(&format!("DoubleArn={ARN}"));
    assert_eq!(status, 0, "{text}");
    let (status, text) = substitute("DoubleArn=halve");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("now \"halve\""), "{text}");
    let (status, text) = substitute("DoubelArn=halve");
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("did you mean `DoubleArn`?"), "{text}");
    let (status, text) = substitute("halve");
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("expected NAME=VALUE"), "{text}");
}
