//! `--redact`: sensitive values are neither printed nor written.

use std::path::PathBuf;

use crate::common::{Ran, stepwright};
use serde_json::Value as Json;

const SECRET: &str = "4111-1111";
const INPUT: &str = r#"{"id": "o-1", "card": {"number": "4111-1111"}}"#;

/// The cause contains the whole input in a sentence.
const FAILS: &str = r#"{"StartAt": "Take", "States": {
    "Take": {"Type": "Pass", "Next": "Refuse"},
    "Refuse": {"Type": "Fail", "Error": "Refused", "CausePath": "States.Format('cannot take {}, sorry', States.JsonToString($))"}}}"#;

const PASSES: &str = r#"{"StartAt": "Take", "States": {"Take": {"Type": "Pass", "End": true}}}"#;

/// A temporary folder.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("stepwright-redact-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a definition.
fn run(definition: &str, arguments: &[&str]) -> Ran {
    stepwright(
        &[&["run", "-", "--input", INPUT], arguments].concat(),
        definition,
    )
}

fn is_masked(text: &str) {
    assert!(
        text.contains("[redacted]") && !text.contains(SECRET),
        "{text}"
    );
}

#[test]
fn run_masks_the_output_the_error_and_the_history_file() {
    let folder = Folder::new("run");
    let history = folder.path("history.json");
    let ran = run(PASSES, &["--redact", "card.number", "--history", &history]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    is_masked(&ran.stdout);
    let output: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(output["id"], "o-1");
    is_masked(&folder.read("history.json"));

    let ran = run(FAILS, &["--redact", "$.card.number"]);
    assert_eq!(ran.status, 1);
    is_masked(&ran.stderr);
    // Without the option, everything is printed.
    assert!(run(FAILS, &[]).stderr.contains(SECRET));
    assert!(run(PASSES, &[]).stdout.contains(SECRET));
}

#[test]
fn history_masks_values_of_a_store() {
    let folder = Folder::new("history");
    let store = folder.path("orders.db");
    let kept = ["--store", &store, "--name", "o-1", "--redact", "number"];
    is_masked(&run(FAILS, &kept).stderr);
    // The execution ended in an earlier run, and its result is printed again.
    is_masked(&run(FAILS, &kept).stderr);
    for format in ["text", "json"] {
        let history = [
            "history", "--store", &store, "--name", "o-1", "--format", format,
        ];
        let ran = stepwright(&[&history[..], &["--redact", "card.number"]].concat(), "");
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        is_masked(&ran.stdout);
        let whole = stepwright(&[&history[..], &["--reveal-secrets"]].concat(), "").stdout;
        assert!(whole.contains(SECRET), "the store has the value");
        let mask = whole.replace(SECRET, "[redacted]");
        if format == "json" {
            assert_eq!(ran.stdout, mask, "nothing else changes");
        }
    }
}

#[test]
fn a_store_masks_what_its_runs_masked_without_the_option() {
    let folder = Folder::new("stored");
    let store = folder.path("orders.db");
    let kept = [
        "--store",
        &store,
        "--name",
        "o-1",
        "--redact",
        "card.number",
    ];
    is_masked(&run(FAILS, &kept).stderr);
    let named = ["--store", &store, "--name", "o-1"];
    let commands: [&[&str]; 4] = [
        &["history"],
        &["history", "--format", "json"],
        &["history", "--explain"],
        &["report"],
    ];
    for command in commands {
        let ran = stepwright(&[command, &named].concat(), "");
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        is_masked(&ran.stdout);
        let ran = stepwright(&[command, &named, &["--reveal-secrets"]].concat(), "");
        assert!(ran.stdout.contains(SECRET), "{command:?}: {}", ran.stdout);
    }
    let export = ["store", "export", &store, "--all"];
    is_masked(&stepwright(&export, "").stdout);
    let revealed = stepwright(&[&export[..], &["--reveal-secrets"]].concat(), "");
    assert!(revealed.stdout.contains(SECRET), "{}", revealed.stdout);

    let test = [&["history", "--format", "test"], &named[..]].concat();
    let refused = stepwright(&test, "");
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("use `--reveal-secrets`"),
        "{}",
        refused.stderr
    );
    let written = stepwright(&[&test[..], &["--reveal-secrets"]].concat(), "");
    assert!(written.stdout.contains(SECRET), "{}", written.stderr);
}

#[test]
fn diagrams_and_replays_are_masked() {
    let folder = Folder::new("picture");
    let history = folder.path("history.json");
    run(FAILS, &["--history", &history]);
    assert!(folder.read("history.json").contains(SECRET));
    let graph = ["graph", "-", "--history", &history, "--format", "html"];
    assert!(stepwright(&graph, FAILS).stdout.contains(SECRET));
    is_masked(&stepwright(&[&graph[..], &["--redact", "number"]].concat(), FAILS).stdout);

    let changed = FAILS.replace(
        r#""Type": "Pass", "Next""#,
        r#""Type": "Pass", "Result": 7, "ResultPath": "$.card.number", "Next""#,
    );
    let replay = ["replay", "-", "--history", &history];
    assert!(stepwright(&replay, &changed).stderr.contains(SECRET));
    let ran = stepwright(
        &[&replay[..], &["--redact", "card.number"]].concat(),
        &changed,
    );
    assert_eq!(ran.status, 1);
    let difference = r#"/output/card/number: recorded "[redacted]", now "[redacted]""#;
    assert!(ran.stderr.contains(difference), "{}", ran.stderr);
}

#[test]
fn the_engine_log_contains_no_values() {
    for definition in [PASSES, FAILS] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"));
        let file = Folder::new("log");
        std::fs::write(file.path("m.asl.json"), definition).unwrap();
        command.args([
            "run",
            &file.path("m.asl.json"),
            "--input",
            INPUT,
            "--redact",
            "number",
        ]);
        let output = command.env("STEPWRIGHT_LOG", "trace").output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(
            log.contains("PassStateEntered") && !log.contains(SECRET),
            "{log}"
        );
    }
}

#[test]
fn an_invalid_path_is_a_usage_error() {
    let history = ["history", "--store", "orders.db", "--name", "o-1"];
    for command in [
        &["run", "-"][..],
        &["replay", "-", "--history", "h.json"],
        &["graph", "-"],
        &history,
    ] {
        let ran = stepwright(&[command, &["--redact", "items[3].price"]].concat(), "{}");
        assert_eq!(ran.status, 2, "{command:?}");
        assert!(
            ran.stderr.contains("write `[*]`"),
            "{command:?}: {}",
            ran.stderr
        );
    }
}
