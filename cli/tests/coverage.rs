//! `stepwright coverage`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A temporary folder.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        Self(std::env::temp_dir().join(format!("stepwright-coverage-{id}-{name}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn stepwright(arguments: &[&str], measured: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwright"));
    command
        .args(arguments)
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/asl"));
    if let Some(folder) = measured {
        command.env("STEPWRIGHT_COVERAGE", folder);
    }
    command.output().unwrap()
}

fn coverage(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let arguments = [&["coverage", folder.to_str().unwrap()], more].concat();
    let output = stepwright(&arguments, None);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

fn run(folder: &Path, case: &str) {
    let mocks = ["--mocks", "MockConfigFile.json", "--case", case];
    let input = [
        "run",
        "checkout.asl.json",
        "--input",
        r#"{"id": 7, "total": 2000}"#,
    ];
    stepwright(&[&input[..], &mocks[..]].concat(), Some(folder));
}

#[test]
fn runs_are_merged_and_compared_with_a_threshold() {
    let folder = Folder::new("merged");
    run(&folder.0, "SlowGateway");
    let (status, one, _) = coverage(&folder.0, &[]);
    assert_eq!(status, 0, "{one}");
    assert!(one.contains(" in 1 run\n"), "{one}");
    run(&folder.0, "SlowGateway");
    let (_, two, _) = coverage(&folder.0, &[]);
    assert!(two.contains(" in 2 runs\n"), "{two}");

    let (status, text, error) = coverage(&folder.0, &["--fail-under", "100"]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("not covered:"), "{text}");
    assert!(
        error.contains("less than the 100 % of --fail-under"),
        "{error}"
    );
    let (status, ..) = coverage(&folder.0, &["--fail-under", "1"]);
    assert_eq!(status, 0);
}

#[test]
fn the_definition_option_selects_the_reported_workflows() {
    let folder = Folder::new("definitions");
    run(&folder.0, "SlowGateway");
    let (status, text, _) = coverage(&folder.0, &["--definition", "checkout.asl.json"]);
    assert_eq!(status, 0);
    assert!(text.starts_with("checkout: coverage "), "{text}");
    assert!(text.contains(" in 1 run\n"), "{text}");
    let all = [
        "--definition",
        "checkout.asl.json",
        "--definition",
        "discount.asl.json",
    ];
    let (_, text, _) = coverage(&folder.0, &all);
    assert!(text.contains("discount: coverage 0.0 %"), "{text}");
    assert!(text.contains(" of 2 workflows"), "{text}");

    let (_, json, _) = coverage(&folder.0, &[&all[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["workflows"][1]["percent"], 0.0);
    let (status, svg, _) = coverage(&folder.0, &[&all[..2], &["--format", "svg"]].concat());
    assert_eq!(status, 0);
    assert!(svg.starts_with("<svg"), "{svg}");
    let (status, _, error) = coverage(&folder.0, &[&all[..], &["--format", "svg"]].concat());
    assert_eq!(status, 2);
    assert!(error.contains("`checkout`, `discount`"), "{error}");
}

#[test]
fn missing_coverage_and_invalid_options_are_usage_errors() {
    let (status, _, error) = coverage(Path::new("/nowhere/at/all"), &["--fail-under", "0"]);
    assert_eq!(status, 2, "{error}");
    let folder = Folder::new("other");
    run(&folder.0, "SlowGateway");
    let (status, _, error) = coverage(&folder.0, &["--workflow", "Nobody"]);
    assert_eq!(status, 2);
    assert!(
        error.contains("no test ran the workflow `Nobody`"),
        "{error}"
    );
    let (status, ..) = coverage(&folder.0, &["--fail-under", "101"]);
    assert_eq!(status, 2);
}
