//! `serve --schedules`.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::support::{ROLE, Server, text};

/// Runs the command until it ends, in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .current_dir(folder)
        .args(["serve", "--port", "0"])
        .args(arguments)
        .output()
        .expect("the command is there")
}

/// Returns the message for a file.
fn message(name: &str, content: &str) -> String {
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join(name), content).expect("there is room");
    let output = run(folder.path(), &["--schedules", name]);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).expect("it is text")
}

#[test]
fn problems_have_the_file_the_line_and_the_schedule() {
    let yaml = "- Name: nightly\n  ScheduleExpression: cron(0 25 * * ? *)\n  ScheduleExpressionTimzone: Europe/Berlin\n  Target:\n    Arn: Report\n";
    assert_eq!(
        message("schedules.yaml", yaml),
        "error: schedules.yaml has 2 problems
  schedules.yaml:2:23: schedule `nightly`, `ScheduleExpression`: `25` in the field hours is out of range; it must be from 0 to 23
  schedules.yaml:3:3: schedule `nightly`, `ScheduleExpressionTimzone`: there is no such field; did you mean `ScheduleExpressionTimezone`?
"
    );
    let foreign = r#"[{"Name": "a", "ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "arn:aws:states:eu-west-1:1:stateMachine:M"}}]"#;
    assert_eq!(
        message("s.json", foreign),
        "error: s.json: schedule `a`: the target `arn:aws:states:eu-west-1:1:stateMachine:M` is not in the region us-east-1 and the account 123456789012 of the server; start the server with the region and the account of the target, or write only the name of the state machine
help: `--region` and `--account` set those of the server
"
    );
    assert_eq!(
        message("s.yaml", "- Name: [\n"),
        "error: s.yaml:1:9: the `[` is not closed\n"
    );
    assert_eq!(
        message("s.yaml", ""),
        "error: s.yaml:1:1: there are no schedules; write a list of them, or `[]` for none\n"
    );
}

#[test]
fn virtual_time_has_no_schedules() {
    let folder = tempfile::tempdir().expect("there is room");
    let output = run(folder.path(), &["--virtual-time", "--schedules", "s.json"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).expect("it is text");
    assert!(
        message.contains("'--virtual-time' cannot be used with '--schedules <FILE>'"),
        "{message}"
    );
}

/// Waits until a state machine has this many executions, and returns their names.
fn names(server: &Server, machine: &str, count: usize) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let listed = server.call("ListExecutions", json!({"stateMachineArn": machine}));
        let found = listed["executions"].as_array().cloned().unwrap_or_default();
        if found.len() >= count {
            return found.iter().map(|one| text(&one["name"])).collect();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{listed}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A rate starts an execution when its schedule is created, so that the test needs no time.
#[test]
fn a_killed_server_does_not_repeat_the_starts_of_its_schedules() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (store, file) = (path("local.db"), path("schedules.json"));
    let write = |names: &[&str]| {
        let schedules: Vec<Json> = names
            .iter()
            .map(|name| json!({"Name": name, "ScheduleExpression": "rate(1 day)", "Target": {"Arn": "Report"}}))
            .collect();
        std::fs::write(&file, Json::from(schedules).to_string()).expect("there is room");
    };
    let server = Server::start(&["--store", &store]);
    let definition =
        json!({"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}});
    let created = server.call(
        "CreateStateMachine",
        json!({"name": "Report", "definition": definition.to_string(), "roleArn": ROLE}),
    );
    let machine = text(&created["stateMachineArn"]);
    drop(server);

    write(&["first"]);
    let arguments = ["--store", &store, "--schedules", &file];
    let server = Server::start(&arguments);
    assert_eq!(names(&server, &machine, 1).len(), 1);
    // Kills the process, with or without the commit of the schedule's progress.
    drop(server);
    write(&["first", "second"]);
    let server = Server::start(&arguments);
    let found = names(&server, &machine, 2);
    let of_first = found.iter().filter(|name| name.starts_with("first-"));
    assert_eq!(of_first.count(), 1, "{found:?}");
    drop(server);
    write(&["first", "second", "third"]);
    let server = Server::start(&arguments);
    assert_eq!(names(&server, &machine, 3).len(), 3);
}

#[cfg(unix)]
#[test]
fn a_schedule_whose_times_have_passed_is_reported_once() {
    use rustix::process::Signal;

    use super::store_file::end;

    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| text(&json!(folder.path().join(name)));
    let past = r#"[{"Name": "past", "ScheduleExpression": "at(2020-01-01T00:00:00)", "Target": {"Arn": "M"}}]"#;
    std::fs::write(path("s.json"), past).expect("there is room");
    let (store, schedules) = (path("s.db"), path("s.json"));
    let warnings = |name: &str| {
        let log = folder.path().join(name);
        let arguments = ["--store", &store, "--schedules", &schedules];
        let mut server = Server::start_with_log(&arguments, &log);
        // The progress of a new schedule is committed at the latest now.
        end(&mut server, Signal::TERM);
        let log = std::fs::read_to_string(&log).expect("it is text");
        log.matches("has no time in the future").count()
    };
    assert_eq!([warnings("1"), warnings("2")], [1, 0]);
}
