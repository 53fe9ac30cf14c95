//! The output of the command: colours, a closed pipe, a full disk, completions.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::common::{examples, stepwright};

/// Arguments of each command that prints output; `{history}` and `{coverage}` are files of an
/// earlier run.
const PRINTING: [&[&str]; 11] = [
    &["validate", "checkout.asl.json", "--format", "json"],
    &[
        "run",
        "discount.asl.json",
        "--input",
        "@discount.input.json",
    ],
    &[
        "test-state",
        "checkout.asl.json",
        "--state",
        "Large?",
        "--input",
        "{\"total\": 2000}",
    ],
    &["replay", "discount.asl.json", "--history", "{history}"],
    &["coverage", "{coverage}"],
    &["graph", "checkout.asl.json"],
    &["diff", "checkout.asl.json", "discount.asl.json"],
    &["import", "checkout.asl.json"],
    &["completions", "bash"],
    &["rule", "SW142"],
    &["rule"],
];

/// A temporary folder with the history and the coverage of one run.
struct Recorded(PathBuf);

impl Recorded {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("stepwright-output-{id}-{name}"));
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let recorded = Self(folder);
        let ran = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args([
                "run",
                "discount.asl.json",
                "--input",
                "@discount.input.json",
            ])
            .args(["--history".as_ref(), recorded.history().as_os_str()])
            .current_dir(examples())
            .env("STEPWRIGHT_COVERAGE", recorded.coverage())
            .output()
            .expect("runs");
        assert!(ran.status.success(), "{ran:?}");
        recorded
    }

    fn history(&self) -> PathBuf {
        self.0.join("history.json")
    }

    fn coverage(&self) -> PathBuf {
        self.0.join("coverage")
    }

    /// The arguments, with the paths inserted.
    fn fill(&self, arguments: &[&str]) -> Vec<OsString> {
        let word = |word: &&str| match *word {
            "{history}" => self.history().into_os_string(),
            "{coverage}" => self.coverage().into_os_string(),
            word => word.into(),
        };
        arguments.iter().map(word).collect()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn with_output(arguments: &[impl AsRef<OsStr>], output: impl Into<Stdio>) -> (Option<i32>, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(examples())
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(Stdio::piped())
        .output()
        .expect("runs");
    let said = String::from_utf8(ran.stderr).expect("is text");
    (ran.status.code(), said)
}

#[test]
fn a_closed_pipe_ends_a_command_silently() {
    let recorded = Recorded::new("pipe");
    for arguments in PRINTING {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let (status, said) = with_output(&recorded.fill(arguments), writer);
        assert_eq!((status, said.as_str()), (Some(141), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let recorded = Recorded::new("disk");
    for arguments in PRINTING {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let (status, said) = with_output(&recorded.fill(arguments), full.expect("is there"));
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert!(said.contains("cannot write to standard output"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_cannot_be_printed_still_has_its_exit_status() {
    let nowhere = "nowhere.asl.json";
    for arguments in [
        &["validate", nowhere][..],
        &["run", nowhere],
        &["test-state", nowhere],
        &["replay", nowhere, "--history", nowhere],
        &["coverage", nowhere],
        &["graph", nowhere],
        &["import", nowhere],
        &["rule", "SW9999"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let status = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(arguments)
            .current_dir(examples())
            .stderr(full.expect("is there"))
            .status()
            .expect("runs");
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn help_does_not_panic_on_a_closed_pipe() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let (_, said) = with_output(&["--help"], writer);
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn the_color_option_controls_colours() {
    let broken = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#;
    let is_coloured = |arguments: &[&str]| {
        let ran = stepwright(arguments, broken);
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        format!("{}{}", ran.stdout, ran.stderr).contains("\u{1b}[")
    };
    assert!(is_coloured(&["--color", "always", "validate", "-"]));
    assert!(is_coloured(&["validate", "-", "--color=always"]));
    assert!(!is_coloured(&["validate", "-", "--color", "never"]));
    // A pipe is not a terminal.
    assert!(!is_coloured(&["validate", "-"]));
    let ran = stepwright(&["validate", "-", "--color", "sometimes"], broken);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("auto, always, never"), "{}", ran.stderr);
}

#[test]
fn completions_name_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = stepwright(&["completions", shell], "");
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shell}");
        for word in ["test-state", "inspection-level", "completions"] {
            assert!(ran.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    let ran = stepwright(&["completions", "cmd"], "");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("bash"), "{}", ran.stderr);
}

/// Texts on which a terminal would act: they clear it, set its title, hide text, or reverse it.
const CONTROLS: &str = "x\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}2J\u{7f}\r\u{202e}\u{1b}[8m\u{1b}[31my";

/// Whether a text has a character on which a terminal acts.
fn acts_on_terminal(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}')
    })
}

#[test]
fn the_error_and_the_cause_of_an_execution_have_no_control_characters() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("machine.asl.json");
    let machine = serde_json::json!({"StartAt": "A", "States": {"A": {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "$.cause"}}});
    std::fs::write(&file, machine.to_string()).expect("there is room");
    let input = serde_json::json!({"error": CONTROLS, "cause": CONTROLS}).to_string();
    let file = file.to_str().expect("it is text");
    for colors in ["never", "auto"] {
        let ran = stepwright(&["run", file, "--input", &input, "--color", colors], "");
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(!acts_on_terminal(&ran.stderr), "{:?}", ran.stderr);
        assert!(ran.stderr.contains("x\\u001b[2J"), "{:?}", ran.stderr);
    }
    // The styles of the command itself remain, and those of the data do not.
    let ran = stepwright(&["run", file, "--input", &input, "--color", "always"], "");
    assert!(
        ran.stderr.contains("\u{1b}[31m") && ran.stderr.contains("\\u001b[31my"),
        "{:?}",
        ran.stderr
    );
    assert!(
        !ran.stderr.contains("\u{1b}[2J") && !ran.stderr.contains("\u{1b}[8m"),
        "{:?}",
        ran.stderr
    );
}

#[test]
fn the_output_of_an_execution_is_the_same_json_without_control_characters() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("machine.asl.json");
    let machine =
        serde_json::json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    std::fs::write(&file, machine.to_string()).expect("there is room");
    let input = serde_json::json!({"text": CONTROLS});
    let ran = stepwright(
        &[
            "run",
            file.to_str().expect("it is text"),
            "--input",
            &input.to_string(),
        ],
        "",
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(!acts_on_terminal(&ran.stdout), "{:?}", ran.stdout);
    let output: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(output, input);
}

#[test]
fn diagnostics_have_no_control_characters() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("machine.asl.yaml");
    let name = "B\u{9b}2J\u{202e}\u{7f}";
    let text = format!("StartAt: \"{name}\"\nStates:\n  A: {{Type: Pass, Next: \"{name}\"}}\n");
    std::fs::write(&file, text).expect("there is room");
    let file = file.to_str().expect("it is text");
    for arguments in [
        &["validate", file][..],
        &["validate", file, "--format", "json"],
        &["run", file],
        &["graph", file, "--format", "dot"],
    ] {
        let ran = stepwright(arguments, "");
        assert!(
            !acts_on_terminal(&ran.stderr),
            "{arguments:?} {:?}",
            ran.stderr
        );
        // A picture is a document, which is not changed.
        let is_document = arguments[0] == "graph";
        assert!(
            is_document || !acts_on_terminal(&ran.stdout),
            "{arguments:?} {:?}",
            ran.stdout
        );
    }
}
