//! The processes that `--task` starts: none of them outlives the command.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Timeout of the test.
const HANGS: Duration = Duration::from_secs(30);

/// A separate folder for this test.
fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("processes-{test}"));
    std::fs::create_dir_all(&folder).unwrap();
    let definition = r#"{"StartAt": "Work", "States": {"Work": {
        "Type": "Task", "Resource": "${Work}", "TimeoutSeconds": 2,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}], "End": true},
        "Late": {"Type": "Pass", "Result": "late", "End": true}}}"#;
    std::fs::write(folder.join("work.asl.json"), definition).unwrap();
    // Files of an earlier run.
    let _ = std::fs::remove_file(folder.join("pids"));
    folder
}

fn run(folder: &Path, command: &str) -> Command {
    let mut run = Command::new(env!("CARGO_BIN_EXE_stepwright"));
    run.args(["run", "work.asl.json", "--input", "{}", "--task"])
        .arg(format!("Work={command}"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    run
}

/// The ids that processes wrote, once there are `count` of them.
fn pids(folder: &Path, count: usize) -> Vec<Pid> {
    eventually("the command starts", || {
        let text = std::fs::read_to_string(folder.join("pids")).ok()?;
        let pids: Vec<Pid> = text
            .lines()
            .filter_map(|line| Pid::from_raw(line.parse().ok()?))
            .collect();
        (pids.len() == count).then_some(pids)
    })
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < HANGS, "never happens: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process runs. A zombie does not.
fn runs(pid: Pid) -> bool {
    let stat = format!("/proc/{}/stat", pid.as_raw_nonzero());
    match std::fs::read_to_string(stat) {
        Ok(stat) => !stat.contains(") Z "),
        Err(_) => !Path::new("/proc/self/stat").exists() && test_kill_process(pid).is_ok(),
    }
}

/// A command that starts another one; both run for a minute and write their process ids.
const STAYS: &str = "sleep 60 & echo $! >> pids; echo $$ >> pids; wait; echo 1";

#[test]
fn a_command_does_not_inherit_the_secrets_of_the_server() {
    let folder = folder("secrets");
    let secrets = [
        "STEPWRIGHT_ACCESS_KEYS",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    ];
    let mut command = run(&folder, "env > environment; echo 1");
    for name in secrets {
        command.env(name, "name=SECRET");
    }
    let output = command.env("OTHER", "inherited").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n", "{output:?}");
    let environment = std::fs::read_to_string(folder.join("environment")).unwrap();
    assert!(environment.contains("OTHER=inherited"), "{environment}");
    assert!(!environment.contains("SECRET"), "{environment}");
}

#[test]
fn a_task_timeout_ends_the_command_and_its_child_processes() {
    let folder = folder("timeout");
    let begun = Instant::now();
    let output = run(&folder, STAYS).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\"late\"\n");
    assert!(begun.elapsed() < HANGS);
    for pid in pids(&folder, 2) {
        eventually("the process ends", || (!runs(pid)).then_some(()));
    }
}

#[test]
fn a_signal_to_the_program_ends_its_commands() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let folder = folder(&format!("signal-{status}"));
        let child = run(&folder, STAYS).spawn().unwrap();
        let commands = pids(&folder, 2);
        let program = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        kill_process(program, signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status));
        for pid in commands {
            eventually("the process ends", || (!runs(pid)).then_some(()));
        }
    }
}

#[test]
fn a_background_process_outlives_its_completed_command() {
    let folder = folder("background");
    let leaves = "sleep 60 > /dev/null 2>&1 & echo $! >> pids; echo 1";
    let output = run(&folder, leaves).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n");
    let background = pids(&folder, 1)[0];
    assert!(runs(background));
    kill_process(background, Signal::KILL).unwrap();
}

#[test]
fn a_command_that_prints_without_end_is_killed_with_its_child_processes() {
    let folder = folder("endless");
    let command = "yes & echo $! >> pids; echo $$ >> pids; wait";
    let output = run(&folder, command).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("States.DataLimitExceeded"), "{said}");
    for pid in pids(&folder, 2) {
        eventually("the processes end", || (!runs(pid)).then_some(()));
    }
}
