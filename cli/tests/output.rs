//! What the command does with its output: colours, a pipe that closes, a disk that is full, completions.

mod common;

use std::process::{Command, Stdio};

use common::{examples, stepwright};

/// A command line of each command that prints something.
const PRINTING: [&[&str]; 8] = [
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
    &["graph", "checkout.asl.json"],
    &["diff", "checkout.asl.json", "discount.asl.json"],
    &["import", "checkout.asl.json"],
    &["completions", "bash"],
    &["explain", "SW142"],
];

fn with_output(arguments: &[&str], output: impl Into<Stdio>) -> (Option<i32>, String) {
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
fn a_reader_that_is_gone_ends_a_command_without_a_word() {
    for arguments in PRINTING {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let (status, said) = with_output(arguments, writer);
        assert_eq!((status, said.as_str()), (Some(141), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for arguments in PRINTING {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let (status, said) = with_output(arguments, full.expect("is there"));
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert!(said.contains("cannot write to standard output"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_cannot_be_told_has_its_exit_status_all_the_same() {
    for command in ["validate", "run", "graph", "import", "test-state"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let status = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args([command, "nowhere.asl.json"])
            .current_dir(examples())
            .stderr(full.expect("is there"))
            .status()
            .expect("runs");
        assert_eq!(status.code(), Some(2), "{command}");
    }
}

#[test]
fn help_does_not_panic_without_a_reader() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let (_, said) = with_output(&["--help"], writer);
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn colours_are_what_is_asked_for() {
    let broken = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#;
    let is_coloured = |arguments: &[&str]| {
        let ran = stepwright(arguments, broken);
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        format!("{}{}", ran.stdout, ran.stderr).contains("\u{1b}[")
    };
    assert!(is_coloured(&["--color", "always", "validate", "-"]));
    assert!(is_coloured(&["validate", "-", "--color=always"]));
    assert!(!is_coloured(&["validate", "-", "--color", "never"]));
    // A pipe is no terminal.
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
