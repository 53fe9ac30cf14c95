//! A few rounds of the program that repeatedly ends an engine or a server with a store:
//! `src/bin/crash`.

use std::process::Command;

/// Runs rounds, in which nothing may be lost, stuck, done twice or undone.
fn survives(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crash"));
    let output = command
        .args(arguments)
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{why}");
    let last = said.lines().last().unwrap_or_default();
    let holds = last.ends_with(" executions, 0 lost, 0 stuck, 0 twice, 0 undone");
    assert!(holds, "{last}");
    assert!(
        !last.contains(" 0 executions"),
        "no round started an execution: {said}"
    );
}

#[test]
fn a_killed_engine_loses_and_repeats_nothing() {
    survives(&["--rounds", "5", "--seed", "5", "--open", "100"]);
}

#[test]
fn a_killed_engine_with_a_full_store_loses_and_repeats_nothing() {
    survives(&["--rounds", "6", "--seed", "6", "--open", "100", "--full"]);
}

/// Uses the command that is next to the program: `cargo test --workspace` builds both.
#[cfg(target_os = "linux")]
#[test]
fn a_server_loses_nothing_after_kills_locks_and_a_full_disk() {
    survives(&[
        "--serve",
        "--rounds",
        "5",
        "--seed",
        "6032",
        "--clients",
        "6",
    ]);
}
