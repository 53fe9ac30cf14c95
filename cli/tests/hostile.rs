//! Definitions that are made to exhaust the memory of a command. Each one took more than a
//! gigabyte.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The bound of the address space in kilobytes: 512 MB for values, and the text of the program and
/// the stacks of its threads.
const ADDRESS_SPACE: u32 = 768 << 10;

/// Runs a command in a limited address space. An allocation that fails aborts it.
fn limited(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {ADDRESS_SPACE} && exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(folder)
        // Each arena of the allocator reserves 64 MB of addresses.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .expect("the command runs")
}

fn retriers(count: usize) -> String {
    let retriers: Vec<String> = (0..count)
        .map(|n| format!(r#"{{"ErrorEquals": ["E{n}"], "MaxAttempts": 99999999}}"#))
        .collect();
    format!(
        r#"{{"StartAt": "S0", "States": {{"S0": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Retry": [{}], "End": true}}}}}}"#,
        retriers.join(",")
    )
}

fn choice(rules: usize) -> String {
    let rules: Vec<String> = (0..rules)
        .map(|n| format!(r#"{{"Variable": "$.v{n}", "NumericGreaterThan": {n}, "Next": "S1"}}"#))
        .collect();
    format!(
        r#"{{"StartAt": "S0", "States": {{"S0": {{"Type": "Choice", "Choices": [{}], "Default": "S1"}}, "S1": {{"Type": "Succeed"}}}}}}"#,
        rules.join(",")
    )
}

#[test]
fn hostile_definitions_abort_no_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let machines: String = (0..2_000)
        .map(|n| format!("  M{n}:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      Definition: {{StartAt: A, States: {{A: {{Type: Succeed}}}}}}\n"))
        .collect();
    // A comment makes each copy of the text of the template larger.
    let template = format!("# {}\nResources:\n{machines}", "x".repeat(700_000));
    let files = [
        (
            "small.asl.json",
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#.to_owned(),
        ),
        ("retriers.asl.json", retriers(100)),
        ("choice.asl.json", choice(3_000)),
        ("deep.asl.json", "[".repeat(50_000) + &"]".repeat(50_000)),
        ("template.yaml", template),
    ];
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).expect("it is written");
    }
    for (arguments, status, output) in [
        (
            &["explore", "retriers.asl.json", "--time-limit", "3s"][..],
            0,
            "no findings in ",
        ),
        (
            &["explore", "choice.asl.json", "--time-limit", "3s"],
            0,
            "no findings in ",
        ),
        (&["review", "small.asl.json", "choice.asl.json"], 0, ""),
        (
            &["validate", "deep.asl.json"],
            1,
            "nest deeper than 256 levels",
        ),
        (&["explore", "deep.asl.json"], 1, ""),
        (&["graph", "deep.asl.json"], 1, ""),
        (
            &["validate", "template.yaml"],
            0,
            "2000 definitions in 1 file: valid",
        ),
        (&["placeholders", "template.yaml"], 0, ""),
    ] {
        let ended = limited(folder.path(), arguments);
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(status), "{arguments:?}: {errors}");
        let printed = String::from_utf8_lossy(&ended.stdout);
        let end = &printed[printed.len().saturating_sub(300)..];
        assert!(printed.contains(output), "{arguments:?}: {end}");
    }
}
