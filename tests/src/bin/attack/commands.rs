//! Each command with definitions that are made to exhaust its memory or time.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::process::Command;

use crate::Setup;

/// The bound of a command's address space: 512 MB for values, and the text of the program and the
/// stacks of its threads.
const ADDRESS_SPACE: u64 = 768 << 20;
const PATIENCE: Duration = Duration::from_secs(120);
const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// The arguments of each command; `FILE` is the definition.
const COMMANDS: [&[&str]; 15] = [
    &["validate", "FILE"],
    &["validate", "FILE", "--format", "json"],
    &["graph", "FILE", "--format", "svg"],
    &["graph", "FILE", "--format", "mermaid"],
    &["explore", "FILE", "--time-limit", "10s"],
    &["review", "small.asl.json", "FILE"],
    &["convert", "--to", "jsonata", "FILE"],
    &["estimate", "FILE"],
    &["policy", "FILE"],
    &["types", "--lang", "typescript", "FILE"],
    &["diff", "small.asl.json", "FILE"],
    &["import", "FILE"],
    &["placeholders", "FILE"],
    &["test-state", "FILE", "--state", "S0"],
    &["run", "FILE", "--input", "{}"],
];

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let folder = setup.folder.path();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).map_err(|error| error.to_string())
    };
    write("small.asl.json", &pass_states(1).to_string())?;
    let inputs = inputs(setup.choose(10_000, 1_000_000));
    let mut slowest = (Duration::ZERO, String::new());
    for (name, text) in &inputs {
        write(name, text)?;
        for arguments in COMMANDS {
            let arguments: Vec<&str> = arguments
                .iter()
                .map(|word| if *word == "FILE" { name } else { *word })
                .collect();
            let took = run(&program(setup)?, folder, &arguments).await?;
            if took > slowest.0 {
                slowest = (took, arguments.join(" "));
            }
        }
    }
    let (took, command) = slowest;
    Ok(format!(
        "{} commands with {} definitions; the slowest, `{command}`, took {:.1} s",
        COMMANDS.len(),
        inputs.len(),
        took.as_secs_f64()
    ))
}

fn program(setup: &Setup) -> Result<PathBuf, String> {
    if let Some(path) = &setup.stepwright {
        return Ok(path.clone());
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    Ok(own.with_file_name("stepwright"))
}

/// Runs a command in a limited address space. It must end with a result or a message: an allocation
/// that fails aborts it.
async fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Result<Duration, String> {
    let begun = Instant::now();
    let limit = format!("ulimit -v {} && exec \"$0\" \"$@\"", ADDRESS_SPACE >> 10);
    let child = Command::new("sh")
        .args(["-c", &limit])
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        // Each arena of the allocator reserves 64 MB of addresses.
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let child = child.map_err(|error| error.to_string())?;
    let command = arguments.join(" ");
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let ended = ended.map_err(|_| format!("`{command}` takes more than {PATIENCE:?}"))?;
    let ended = ended.map_err(|error| error.to_string())?;
    if !matches!(ended.status.code(), Some(0..=2)) {
        let messages = String::from_utf8_lossy(&ended.stderr);
        let last = messages.lines().last().unwrap_or_default();
        return Err(format!("`{command}` ends with {}: {last}", ended.status));
    }
    Ok(begun.elapsed())
}

/// Definitions of about so many bytes, with their names.
fn inputs(bytes: usize) -> Vec<(&'static str, String)> {
    let deep = bytes / 2;
    let task = json!({"Type": "Task", "Resource": LAMBDA, "End": true});
    let attempts = |errors: usize| {
        let retriers = (0..errors)
            .map(|n| json!({"ErrorEquals": [format!("E{n}")], "MaxAttempts": 99_999_999}));
        let mut task = task.clone();
        task["Retry"] = retriers.collect();
        json!({"StartAt": "S0", "States": {"S0": task}})
    };
    let rules = (0..bytes / 80)
        .map(|n| json!({"Variable": format!("$.v{n}"), "NumericGreaterThan": n, "Next": "S1"}));
    let rules: Json = rules.collect();
    let branches = (0..bytes / 80).map(|n| {
        json!({"StartAt": format!("B{n}"), "States": {format!("B{n}"): {"Type": "Pass", "End": true}}})
    });
    let branches: Json = branches.collect();
    let mut results = pass_states(bytes / 90);
    if let Some(states) = results["States"].as_object_mut() {
        for (name, state) in states {
            state["ResultPath"] = json!(format!("$.{name}"));
        }
    }
    let repeated = |member: &str| vec![member; bytes / member.len()].join(",");
    let machines: String = (0..bytes / 150)
        .map(|n| format!("  M{n}:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      Definition: {{StartAt: A, States: {{A: {{Type: Succeed}}}}}}\n"))
        .collect();
    vec![
        ("deep.asl.json", "[".repeat(deep) + &"]".repeat(deep)),
        (
            "wide.asl.json",
            "[".repeat(250) + &repeated("1") + &"]".repeat(250),
        ),
        ("path.asl.json", pass_states(bytes / 50).to_string()),
        ("results.asl.json", results.to_string()),
        ("retriers.asl.json", attempts(bytes / 60).to_string()),
        ("hundred-retriers.asl.json", attempts(100).to_string()),
        (
            "choice.asl.json",
            json!({"StartAt": "S0", "States": {
                "S0": {"Type": "Choice", "Choices": rules, "Default": "S1"}, "S1": {"Type": "Succeed"},
            }})
            .to_string(),
        ),
        (
            "branches.asl.json",
            json!({"StartAt": "S0", "States": {"S0": {"Type": "Parallel", "Branches": branches, "End": true}}}).to_string(),
        ),
        (
            "states.asl.json",
            format!(r#"{{"StartAt": "S0", "States": {{{}}}}}"#, repeated(r#""S0":{"Type":"Pass","End":true}"#)),
        ),
        (
            "keys.asl.json",
            format!(r#"{{"StartAt": "S0", "States": {{"S0": {{"Type": "Pass", "End": true, {}}}}}}}"#, repeated(r#""Result":1"#)),
        ),
        (
            "array.asl.json",
            format!(r#"{{"StartAt": "S0", "States": {{"S0": {{"Type": "Pass", "End": true, "Result": [{}]}}}}}}"#, repeated("{}")),
        ),
        ("template.yaml", format!("Resources:\n{machines}")),
    ]
}

/// A path of Pass states.
fn pass_states(count: usize) -> Json {
    let states = (0..count).map(|n| {
        let mut state = json!({"Type": "Pass"});
        if n + 1 == count {
            state["End"] = json!(true)
        } else {
            state["Next"] = json!(format!("S{}", n + 1))
        }
        (format!("S{n}"), state)
    });
    let states: serde_json::Map<String, Json> = states.collect();
    json!({"StartAt": "S0", "States": states})
}
