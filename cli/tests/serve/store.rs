//! A server whose store fails, or that ends while executions are running.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use super::support::{ROLE, Server, text, until};

struct Store {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("store.db");
        Self {
            _folder: folder,
            path,
        }
    }

    fn serve(&self, arguments: &[&str]) -> Server {
        let path = self.path.to_str().expect("the path is text");
        Server::start(&[&["--store", path], arguments].concat())
    }

    /// A connection of another program.
    fn connect(&self) -> Connection {
        Connection::open(&self.path).expect("it is a database")
    }
}

fn create(server: &Server, name: &str, definition: &Json) -> Json {
    server.call(
        "CreateStateMachine",
        json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE}),
    )["stateMachineArn"]
        .clone()
}

fn start(server: &Server, machine: &Json, name: &str) -> String {
    let request = json!({"stateMachineArn": machine, "name": name, "input": "{}"});
    text(&server.call("StartExecution", request)["executionArn"])
}

fn status(server: &Server, execution: &str) -> String {
    let described = server.call("DescribeExecution", json!({"executionArn": execution}));
    text(&described["status"])
}

fn signal(server: &Server, signal: Signal) {
    let id = i32::try_from(server.process.id()).expect("it is an id");
    let id = Pid::from_raw(id).expect("it is an id");
    kill_process(id, signal).expect("the server runs");
}

/// Waits for the end of the server. Returns the duration.
fn ended(server: &mut Server) -> Duration {
    let begun = Instant::now();
    let status = server.process.wait().expect("it is a child");
    assert_eq!(status.code(), Some(0));
    begun.elapsed()
}

/// Runs a command, then starts an execution of `inner` and waits for its end.
fn outer(server: &Server) -> Json {
    let inner =
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": "done", "End": true}}});
    let inner = create(server, "inner", &inner);
    let outer = json!({"StartAt": "Slow", "States": {
        "Slow": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": "Start"},
        "Start": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
            "Parameters": {"StateMachineArn": inner, "Input": {}}, "OutputPath": "$.Output"},
    }});
    create(server, "outer", &outer)
}

#[test]
fn a_restart_continues_after_a_task_that_ended_in_the_shutdown() {
    let store = Store::new();
    let tasks = ["--task", "Slow=sleep 1; echo {}"];
    let mut server = store.serve(&tasks);
    let machine = outer(&server);
    let execution = start(&server, &machine, "e");
    server.event(&execution, "LambdaFunctionStarted");
    signal(&server, Signal::TERM);
    ended(&mut server);
    let server = store.serve(&tasks);
    let finished = server.finished(&execution);
    assert_eq!(finished["status"], "SUCCEEDED", "{finished}");
    assert_eq!(finished["output"], "\"done\"");
}

/// A chain of tasks of the function `f`.
fn chain(length: usize) -> Json {
    let state = |number: usize| {
        let mut state =
            json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"});
        if number + 1 < length {
            state["Next"] = json!(format!("S{}", number + 1))
        } else {
            state["End"] = json!(true)
        }
        (format!("S{number}"), state)
    };
    let states: serde_json::Map<_, _> = (0..length).map(state).collect();
    json!({"StartAt": "S0", "States": states})
}

#[test]
fn no_task_begins_after_a_signal_and_no_task_is_lost() {
    const EXECUTIONS: usize = 10;
    const LENGTH: usize = 8;
    let store = Store::new();
    let log = store.path.with_extension("log");
    let command = |seconds: &str| {
        format!(
            "f=echo begun >> {}; sleep {seconds}; echo {{}}",
            log.display()
        )
    };
    let begun = || {
        let log = std::fs::read_to_string(&log);
        log.map_or(0, |log| log.lines().count())
    };
    let mut server = store.serve(&["--task", &command("1")]);
    let machine = create(&server, "chain", &chain(LENGTH));
    let executions: Vec<_> = (0..EXECUTIONS)
        .map(|number| start(&server, &machine, &number.to_string()))
        .collect();
    until("the second tasks", || begun() > EXECUTIONS + 2);
    signal(&server, Signal::TERM);
    // A command that was being started writes its line.
    std::thread::sleep(Duration::from_millis(500));
    let before = begun();
    let time = ended(&mut server);
    assert!(time < Duration::from_secs(20), "{time:?}");
    assert_eq!(begun(), before);
    let server = store.serve(&["--task", &command("0")]);
    for execution in &executions {
        let finished = server.finished(execution);
        assert_eq!(finished["status"], "SUCCEEDED", "{finished}");
    }
    assert_eq!(begun(), EXECUTIONS * LENGTH);
}

#[test]
fn a_worker_completes_its_task_at_the_next_server() {
    let store = Store::new();
    let mut server = store.serve(&[]);
    let arn = server.call("CreateActivity", json!({"name": "pack"}))["activityArn"].clone();
    let definition =
        json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": arn, "End": true}}});
    let machine = create(&server, "m", &definition);
    let execution = start(&server, &machine, "e");
    let task = server.call("GetActivityTask", json!({"activityArn": arn}));
    signal(&server, Signal::TERM);
    // The grace period is 30 seconds.
    assert!(ended(&mut server) < Duration::from_secs(20));
    let server = store.serve(&[]);
    let answer = json!({"taskToken": task["taskToken"], "output": "1"});
    server.call("SendTaskSuccess", answer);
    assert_eq!(server.finished(&execution)["status"], "SUCCEEDED");
}

#[test]
fn a_second_signal_ends_the_grace_period_of_tasks() {
    let store = Store::new();
    let mut server = store.serve(&["--grace", "600", "--task", "Slow=sleep 600"]);
    let machine = outer(&server);
    let execution = start(&server, &machine, "e");
    server.event(&execution, "LambdaFunctionStarted");
    signal(&server, Signal::TERM);
    std::thread::sleep(Duration::from_millis(1_500));
    let running = server.process.try_wait().expect("it is a child");
    assert!(running.is_none(), "the task has its time");
    signal(&server, Signal::INT);
    assert!(ended(&mut server) < Duration::from_secs(20));
    let server = store.serve(&["--task", "Slow=echo {}"]);
    let finished = server.finished(&execution);
    assert_eq!(finished["error"], "Stepwright.TaskLost", "{finished}");
}

#[test]
fn a_locked_store_loses_no_data_and_reports_no_false_success() {
    let store = Store::new();
    let server = store.serve(&["--task", "Slow=sleep 1; echo {}"]);
    let machine = outer(&server);
    let execution = start(&server, &machine, "e");
    let waits =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3_600, "End": true}}});
    let waits = create(&server, "waits", &waits);
    let stopped = start(&server, &waits, "s");
    server.event(&stopped, "WaitStateEntered");
    let connection = store.connect();
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the lock is free");
    until("the outage", || server.health().0 == 503);
    let (_, health) = server.health();
    assert_eq!(health["status"], "unavailable");
    assert!(
        text(&health["store"]["error"]).contains("in use"),
        "{health}"
    );
    // A start fails, and leaves nothing behind.
    let request = json!({"stateMachineArn": machine, "name": "refused", "input": "{}"});
    let (code, refused) = server.ask("StartExecution", &request);
    assert_eq!(code, 503, "{refused}");
    // A stop is not acknowledged before it is durable.
    let (code, refused) = server.ask("StopExecution", &json!({"executionArn": stopped}));
    assert_eq!(code, 503, "{refused}");
    for known in [&execution, &stopped] {
        assert_eq!(status(&server, known), "RUNNING");
    }
    for machine in [&machine, &waits] {
        let listed = server.call("ListExecutions", json!({"stateMachineArn": machine}));
        assert_eq!(
            listed["executions"].as_array().map(Vec::len),
            Some(1),
            "{listed}"
        );
    }
    connection
        .execute_batch("ROLLBACK")
        .expect("the lock is released");
    // Everything continues without a restart.
    until("the end of the outage", || server.health().0 == 200);
    let finished = server.finished(&execution);
    assert_eq!(finished["status"], "SUCCEEDED", "{finished}");
    assert_eq!(
        server.finished(&stopped)["status"],
        "ABORTED",
        "the stop took effect later"
    );
    let again = start(&server, &machine, "refused");
    assert_eq!(server.finished(&again)["status"], "SUCCEEDED");
}

/// A write beyond the limit ends a process that does not handle the signal. The log on standard
/// error is a file, which cannot grow either.
#[cfg(target_os = "linux")]
#[test]
fn executions_continue_after_a_file_size_limit_is_lifted() {
    use rustix::process::{Resource, Rlimit, prlimit};

    let store = Store::new();
    let log = store.path.with_extension("log");
    let path = store.path.to_str().expect("the path is text");
    let tasks = ["--store", path, "--task", "Slow=sleep 1; echo {}"];
    let mut server = Server::start_with_log(&tasks, &log);
    let machine = outer(&server);
    let execution = start(&server, &machine, "e");
    let id = i32::try_from(server.process.id()).expect("it is an id");
    let limit = |bytes: Option<u64>| {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Pid::from_raw(id), Resource::Fsize, limit).expect("the server runs");
    };
    let request = json!({"stateMachineArn": machine, "name": "refused", "input": "{}"});
    // With the second limit, the log can grow by some lines, but the store cannot grow.
    for bytes in [0, 4_096] {
        limit(Some(bytes));
        until("the outage", || {
            server.ask("StartExecution", &request);
            server.health().0 == 503
        });
        assert_eq!(server.ask("StartExecution", &request).0, 503);
        assert_eq!(status(&server, &execution), "RUNNING");
        limit(None);
        until("the end of the outage", || server.health().0 == 200);
    }
    let finished = server.finished(&execution);
    assert_eq!(finished["status"], "SUCCEEDED", "{finished}");
    start(&server, &machine, "refused");
    let ended = server.process.try_wait().expect("it is a child");
    assert!(ended.is_none(), "{ended:?}");
    let log = std::fs::read_to_string(log).expect("it is text");
    assert!(log.contains("the store cannot commit"), "{log}");
    assert!(!log.contains("suspends"), "a start was refused: {log}");
}

/// Damages each record of an execution outside of the execution's row.
fn damage(path: &Path, execution: &str) {
    let connection = Connection::open(path).expect("it is a database");
    let damaged = connection.execute(
        "UPDATE executions SET data = x'00' WHERE arn = ?",
        [execution],
    );
    assert_eq!(damaged, Ok(1));
}

#[test]
fn a_damaged_execution_does_not_stop_the_server_and_can_be_stopped() {
    let store = Store::new();
    let tasks = ["--task", "Slow=sleep 600"];
    let mut server = store.serve(&tasks);
    let waits =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3_600, "End": true}}});
    let machine = create(&server, "waits", &waits);
    let damaged = start(&server, &machine, "damaged");
    let whole = start(&server, &machine, "whole");
    for execution in [&damaged, &whole] {
        server.event(execution, "WaitStateEntered");
    }
    signal(&server, Signal::TERM);
    ended(&mut server);
    damage(&store.path, &damaged);

    let mut server = store.serve(&tasks);
    let (code, health) = server.health();
    assert_eq!(
        (code, &health["unreadableExecutions"]),
        (200, &json!(1)),
        "{health}"
    );
    assert_eq!(status(&server, &whole), "RUNNING");
    let (code, refused) = server.ask("DescribeExecution", &json!({"executionArn": damaged}));
    assert_eq!(code, 500);
    assert!(text(&refused["message"]).contains(&damaged), "{refused}");
    let listed = server.call("ListExecutions", json!({"stateMachineArn": machine}));
    assert_eq!(
        listed["executions"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    server.call("StopExecution", json!({"executionArn": damaged}));
    server.call("StopExecution", json!({"executionArn": whole}));
    let filter = json!({"stateMachineArn": machine, "statusFilter": "ABORTED"});
    let listed = server.call("ListExecutions", filter);
    assert_eq!(
        listed["executions"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    signal(&server, Signal::TERM);
    ended(&mut server);
    let server = store.serve(&tasks);
    assert_eq!(server.health().1.get("unreadableExecutions"), None);
}

/// Runs a command; returns its status, standard output and standard error.
fn stepwright(arguments: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the command is there");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn commands_list_abort_and_delete_a_damaged_execution_and_run_another() {
    let store = Store::new();
    let mut server = store.serve(&[]);
    let waits =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3_600, "End": true}}});
    let machine = create(&server, "waits", &waits);
    let damaged = start(&server, &machine, "damaged");
    let whole = start(&server, &machine, "whole");
    server.event(&whole, "WaitStateEntered");
    signal(&server, Signal::TERM);
    ended(&mut server);
    damage(&store.path, &damaged);
    let file = store.path.to_str().expect("the path is text");

    let definition = store.path.with_file_name("other.asl.json");
    let passes =
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": 7, "End": true}}});
    std::fs::write(&definition, passes.to_string()).expect("there is room");
    let definition = definition.to_str().expect("the path is text");
    let (code, output, errors) = stepwright(&["run", definition, "--store", file, "--name", "o"]);
    assert_eq!((code, output.trim()), (0, "7"), "{errors}");
    assert!(errors.contains(&damaged), "{errors}");

    let (code, listed, errors) = stepwright(&["executions", "--store", file]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(
        listed.matches("RUNNING (unreadable)").count(),
        1,
        "{listed}"
    );
    let (_, listed, _) = stepwright(&["executions", "--store", file, "--format", "json"]);
    let listed: Json = serde_json::from_str(&listed).expect("it is JSON");
    let rows = listed["executions"].as_array().expect("there are rows");
    let unreadable = rows.iter().filter(|row| row.get("unreadable").is_some());
    assert_eq!(unreadable.count(), 1, "{listed}");

    let repair = |what: &str, name: &str| stepwright(&["store", what, file, "--name", name]);
    for times in ["aborted", "was aborted before"] {
        let (code, _, errors) = repair("abort", "whole");
        assert!(code == 0 && errors.contains(times), "{errors}");
    }
    let (code, _, errors) = repair("delete", "damaged");
    assert!(code == 2 && errors.contains("is open"), "{errors}");
    for what in ["abort", "delete"] {
        let (code, _, errors) = repair(what, "damaged");
        assert_eq!(code, 0, "{what}: {errors}");
    }
    let (code, _, errors) = repair("delete", "damaged");
    assert!(
        code == 2 && errors.contains("there is no execution"),
        "{errors}"
    );
    let server = store.serve(&[]);
    assert_eq!(status(&server, &whole), "ABORTED");
    server.event(&whole, "ExecutionAborted");
}
