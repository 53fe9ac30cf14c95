//! Durable executions: `run --store`, `executions`, `history`.

#![cfg(unix)]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// The result of one run of the command.
struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

/// Timeout of the tests.
const NEVER: Duration = Duration::from_secs(30);

/// A folder with a definition whose last task waits for a file.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{test}"));
        // Files of an earlier run.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let folder = Self(folder);
        folder.define("orders", "Stepwright.TaskLost", 86_400);
        folder
    }

    /// Writes the definition, whose second task is retried after this error.
    fn define(&self, name: &str, retried: &str, seconds: u32) {
        let definition = json!({"StartAt": "Count", "States": {
            "Count": {"Type": "Task", "Resource": "${Count}", "ResultPath": "$.count", "Next": "Rest"},
            "Rest": {"Type": "Wait", "Seconds": seconds, "Next": "Work"},
            "Work": {"Type": "Task", "Resource": "${Work}", "End": true,
                "Retry": [{"ErrorEquals": [retried], "MaxAttempts": 3}]},
        }});
        let file = self.0.join(format!("{name}.asl.json"));
        std::fs::write(file, definition.to_string()).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stepwright"));
        command.args(arguments).current_dir(&self.0);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        command
    }

    fn stepwright(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).spawn().unwrap())
    }

    /// The arguments that run an execution.
    fn running<'a>(&self, file: &'a str, name: &'a str, input: &'a str) -> Vec<&'a str> {
        // A command that survives a kill also ends when the file exists.
        const WORK: &str = "Work=echo work >> log; i=0; while [ ! -e may ] && [ $i -lt 900 ]; do sleep 0.05; i=$((i + 1)); done; cat";
        let run = ["run", file, "--store", "orders.db", "--name", name];
        let tasks = [
            "--input",
            input,
            "--task",
            "Count=echo count >> log; echo 1",
        ];
        [&run[..], &tasks, &["--task", WORK]].concat()
    }

    fn run(&self, name: &str, input: &str) -> Ran {
        self.stepwright(&self.running("orders.asl.json", name, input))
    }

    /// Starts an execution, and returns its process when the last task runs.
    fn started(&self, name: &str) -> Child {
        self.working(name, self.works() + 1)
    }

    /// Runs an execution, and returns its process when this number of last tasks has started.
    fn working(&self, name: &str, works: usize) -> Child {
        let arguments = self.running("orders.asl.json", name, r#"{"id":7}"#);
        let child = self.command(&arguments).spawn().unwrap();
        let begun = Instant::now();
        while self.works() < works {
            assert!(begun.elapsed() < NEVER, "the tasks do not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }

    /// Allows the tasks to end.
    fn may_end(&self) {
        std::fs::write(self.0.join("may"), "").unwrap();
    }

    /// The log of the commands.
    fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.join("log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn works(&self) -> usize {
        self.log().iter().filter(|line| *line == "work").count()
    }

    fn history(&self, name: &str) -> Vec<Value> {
        let arguments = ["--name", name, "--format", "json"];
        let ran = self.stepwright(&[&["history", "--store", "orders.db"], &arguments[..]].concat());
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let history: Value = serde_json::from_str(&ran.stdout).unwrap();
        history["events"].as_array().unwrap().clone()
    }

    fn executions(&self, arguments: &[&str]) -> Ran {
        self.stepwright(&[&["executions", "--store", "orders.db"], arguments].concat())
    }
}

/// Kills the process, like a crash.
fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn ran(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Checks the exit status, and that standard error contains all of these texts.
fn assert_reported(ran: &Ran, status: i32, texts: &[&str]) {
    assert_eq!(ran.status, status, "{}{}", ran.stdout, ran.stderr);
    for text in texts {
        assert!(
            ran.stderr.contains(text),
            "`{text}` is not in:\n{}",
            ran.stderr
        );
    }
}

#[test]
fn a_killed_run_resumes_and_its_command_is_a_lost_task() {
    let folder = Folder::new("killed");
    for works in 1..=2 {
        let child = folder.working("o-1", works);
        kill(child);
    }
    folder.may_end();
    let ended = folder.run("o-1", r#"{"id":7}"#);
    assert_reported(&ended, 0, &["the execution `o-1` resumes from"]);
    let output: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(output, json!({"id": 7, "count": 1}));
    assert_eq!(folder.log(), ["count", "work", "work", "work"]);
    let events = folder.history("o-1");
    let lost = events.iter().filter(|event| {
        event["lambdaFunctionFailedEventDetails"]["error"] == "Stepwright.TaskLost"
    });
    assert_eq!(lost.count(), 2, "{events:#?}");
    let ids: Vec<u64> = events.iter().filter_map(|one| one["id"].as_u64()).collect();
    assert!(ids.iter().copied().eq(1..=events.len() as u64), "{ids:?}");
    let times: Vec<&str> = events
        .iter()
        .filter_map(|one| one["timestamp"].as_str())
        .collect();
    assert!(times.is_sorted(), "{times:?}");

    // The execution has ended: its result is printed again, and nothing runs.
    let again = folder.run("o-1", r#"{ "id": 7 }"#);
    assert_reported(&again, 0, &["the execution `o-1` already ended"]);
    assert_eq!(again.stdout, ended.stdout);
    assert_eq!(folder.log().len(), 4);
    let other = folder.run("o-1", r#"{"id":8}"#);
    assert_reported(
        &other,
        2,
        &[
            "ExecutionAlreadyExists",
            "`o-1`",
            "another input",
            r#"{"id":7}"#,
        ],
    );
    assert_eq!(folder.history("o-1").len(), events.len());
}

#[test]
fn a_lost_task_without_a_retrier_fails_the_execution() {
    let folder = Folder::new("lost");
    folder.define("orders", "CommandFailed", 1);
    kill(folder.started("o-1"));
    folder.may_end();
    let lost = folder.run("o-1", r#"{"id":7}"#);
    assert_reported(
        &lost,
        1,
        &["Stepwright.TaskLost", "to a Retry of the state"],
    );
    let again = folder.run("o-1", r#"{"id":7}"#);
    assert_reported(&again, 1, &["already ended", "Stepwright.TaskLost"]);
    assert_eq!(folder.log(), ["count", "work"]);
}

#[test]
fn a_resumed_run_without_a_task_handler_stays_stored() {
    let folder = Folder::new("unanswered");
    kill(folder.started("o-1"));
    let run = [
        "run",
        "orders.asl.json",
        "--store",
        "orders.db",
        "--name",
        "o-1",
    ];
    let waits = folder.stepwright(&[&run[..], &["--input", r#"{"id":7}"#]].concat());
    assert_reported(
        &waits,
        1,
        &[
            "no handler runs the task of the state `Work`",
            "--task 'Work=COMMAND|URL'",
            "the execution is stored",
        ],
    );
    folder.may_end();
    assert_reported(&folder.run("o-1", r#"{"id":7}"#), 0, &["resumes from"]);
}

#[test]
fn a_resumed_run_uses_the_definition_of_its_start() {
    let folder = Folder::new("changed");
    kill(folder.started("o-1"));
    let new = json!({"StartAt": "Other", "States": {"Other": {"Type": "Pass", "Result": "new", "End": true}}});
    std::fs::write(folder.0.join("orders.asl.json"), new.to_string()).unwrap();
    folder.may_end();
    let ended = folder.run("o-1", r#"{"id":7}"#);
    assert_reported(
        &ended,
        0,
        &[
            "resumes from",
            "the definition has changed since",
            "the version with which it started",
        ],
    );
    assert!(ended.stdout.contains("\"count\": 1"), "{}", ended.stdout);
    let next = folder.stepwright(&[
        "run",
        "orders.asl.json",
        "--store",
        "orders.db",
        "--name",
        "o-2",
    ]);
    assert_eq!(
        (next.status, &*next.stdout),
        (0, "\"new\"\n"),
        "{}",
        next.stderr
    );
}

#[test]
fn a_signal_parks_the_execution_and_prints_how_to_resume_it() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = Folder::new(&format!("signal-{status}"));
        let child = folder.started("o-1");
        let program = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        kill_process(program, signal).unwrap();
        let parked = ran(child);
        assert_reported(
            &parked,
            status,
            &[
                "the execution `o-1` is stored in orders.db",
                "run the same command to resume it",
            ],
        );
        assert_eq!(parked.stdout, "");
        // The signal ended the command, which is not a failure of the task.
        let events = folder.history("o-1");
        assert_eq!(events.last().unwrap()["type"], "LambdaFunctionStarted");
        folder.may_end();
        assert_reported(&folder.run("o-1", r#"{"id":7}"#), 0, &["resumes from"]);
        assert_eq!(folder.log(), ["count", "work", "work"]);
    }
}

#[test]
fn a_run_does_not_resume_executions_of_other_runs() {
    let folder = Folder::new("others");
    for name in ["o-1", "o-2"] {
        kill(folder.started(name));
    }
    let before = folder.history("o-2");
    folder.may_end();
    assert_reported(&folder.run("o-1", r#"{"id":7}"#), 0, &["resumes from"]);
    assert_eq!(folder.history("o-2"), before);
    let listed = folder.executions(&["--status", "running"]);
    assert!(listed.stdout.contains("o-2") && !listed.stdout.contains("o-1"));
    assert_reported(&folder.run("o-2", r#"{"id":7}"#), 0, &["resumes from"]);
}

#[test]
fn executions_and_histories_are_read_while_an_engine_has_the_store_open() {
    let folder = Folder::new("read");
    folder.define("refunds", "None", 1);
    folder.may_end();
    let first = folder.stepwright(&folder.running("refunds.asl.json", "o-1", "{}"));
    assert_reported(&first, 0, &[]);
    std::fs::remove_file(folder.0.join("may")).unwrap();
    let child = folder.started("o-1");
    let in_use = folder.run("o-2", "{}");
    assert_reported(&in_use, 2, &["is in use", "in process"]);

    let text = folder.executions(&[]);
    assert_eq!(text.status, 0, "{}", text.stderr);
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert!(
        lines[0].starts_with("NAME") && lines.len() == 3,
        "{lines:?}"
    );
    assert!(lines[1].contains("orders") && lines[1].contains("RUNNING"));
    assert!(lines[2].contains("refunds") && lines[2].contains("SUCCEEDED"));

    let page = folder.executions(&["--limit", "1", "--format", "json"]);
    let page: Value = serde_json::from_str(&page.stdout).unwrap();
    let [newest] = page["executions"].as_array().unwrap().as_slice() else {
        panic!("{page:#}");
    };
    let prefix = "arn:aws:states:us-east-1:123456789012";
    assert_eq!(
        newest["executionArn"],
        format!("{prefix}:execution:orders:o-1")
    );
    assert_eq!(
        newest["stateMachineArn"],
        format!("{prefix}:stateMachine:orders")
    );
    assert_eq!(
        (&newest["status"], newest.get("stopDate")),
        (&json!("RUNNING"), None)
    );
    let token = page["nextToken"].as_str().unwrap();
    let rest = folder.executions(&["--next-token", token, "--format", "json"]);
    let rest: Value = serde_json::from_str(&rest.stdout).unwrap();
    assert_eq!(rest["executions"][0]["status"], "SUCCEEDED");
    assert!(rest["executions"][0]["stopDate"].is_string());
    assert_eq!(rest.get("nextToken"), None);
    let none = folder.executions(&["--machine", "orders", "--status", "FAILED"]);
    assert_reported(&none, 0, &["no such execution"]);
    assert_eq!(none.stdout, "");

    let history = |arguments: &[&str]| {
        folder.stepwright(&[&["history", "--store", "orders.db"], arguments].concat())
    };
    let ambiguous = history(&["--name", "o-1"]);
    assert_reported(
        &ambiguous,
        2,
        &[
            "several executions",
            "execution:orders:o-1",
            "execution:refunds:o-1",
            "--machine",
        ],
    );
    let arn = format!("{prefix}:execution:orders:o-1");
    let by_arn = history(&["--name", &arn]);
    let by_machine = history(&["--name", "o-1", "--machine", "orders"]);
    assert_eq!(by_arn.stdout, by_machine.stdout);
    let lines: Vec<&str> = by_arn.stdout.lines().collect();
    assert!(
        lines[0].starts_with("o-1 of orders: RUNNING, started "),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("ID") && lines[2].contains("ExecutionStarted"));
    let reversed = history(&["--name", &arn, "--reverse"]);
    let reversed: Vec<&str> = reversed.stdout.lines().collect();
    assert!(
        reversed[2..].iter().eq(lines[2..].iter().rev()),
        "{reversed:?}"
    );
    let json = history(&["--name", &arn, "--format", "json", "--reverse"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["events"].as_array().unwrap().len(), lines.len() - 2);
    assert_eq!(json["events"][0]["type"], "LambdaFunctionStarted");
    kill(child);
    folder.may_end();
}

#[test]
fn history_prints_a_test_of_an_execution() {
    let folder = Folder::new("test-source");
    folder.may_end();
    assert_reported(&folder.run("order-1", r#"{"id":7}"#), 0, &[]);
    let history = |arguments: &[&str]| {
        let first = ["history", "--store", "orders.db", "--format", "test"];
        folder.stepwright(&[&first[..], &["--name", "order-1"], arguments].concat())
    };
    let test = history(&[]);
    assert_eq!(test.status, 0, "{}", test.stderr);
    for line in [
        "async fn order_1_succeeds()",
        r#".state("Count", Mock::output(json!(1)))"#,
        r#"let input = json!({"id": 7});"#,
        r#".output(json!({"id": 7, "count": 1}))"#,
        r#".path(["Count", "Rest", "Work"])"#,
    ] {
        assert!(test.stdout.contains(line), "{line}: {}", test.stdout);
    }
    assert_reported(&history(&["--redact", "id"]), 2, &["omit `--redact`"]);
    let folder = Folder::new("test-source-open");
    let child = folder.started("order-2");
    let first = ["history", "--store", "orders.db", "--format", "test"];
    let open = folder.stepwright(&[&first[..], &["--name", "order-2"]].concat());
    assert_reported(&open, 1, &["the execution has not ended"]);
    kill(child);
}

#[test]
fn usage_errors_suggest_a_fix() {
    let folder = Folder::new("mistakes");
    folder.may_end();
    assert_reported(&folder.run("order-1", "{}"), 0, &[]);
    let history =
        |arguments: &[&str]| folder.stepwright(&[&["history", "--store"], arguments].concat());
    assert_reported(
        &history(&["none.db", "--name", "o"]),
        2,
        &["there is no file none.db", "stepwright run FILE --store"],
    );
    assert_reported(
        &history(&["orders.db", "--name", "order-2"]),
        2,
        &["no execution `order-2`", "did you mean `order-1`?"],
    );
    assert_reported(
        &history(&["orders.db", "--name", "xyz"]),
        2,
        &["`stepwright executions --store orders.db` lists all"],
    );
    let order = ["orders.db", "--name", "order-1", "--machine", "oders"];
    assert_reported(
        &history(&order),
        2,
        &["state machine `oders`", "did you mean `orders`?"],
    );
    let arn = "arn:aws:states:us-east-1:123456789012:execution:orders:order-9";
    assert_reported(
        &history(&["orders.db", "--name", arn]),
        2,
        &["did you mean `arn:aws:states:us-east-1:123456789012:execution:orders:order-1`?"],
    );
    assert_reported(
        &history(&["orders.asl.json", "--name", "o"]),
        2,
        &["is not a store of Stepwright"],
    );
    let none = folder.stepwright(&["executions", "--store", "none.db"]);
    assert_reported(&none, 2, &["there is no file none.db"]);
    let limit = folder.executions(&["--limit", "0"]);
    assert_reported(&limit, 2, &["a number of at least 1"]);

    let run =
        |arguments: &[&str]| folder.stepwright(&[&["run", "orders.asl.json"], arguments].concat());
    assert_reported(&run(&["--store", "orders.db"]), 2, &["--name"]);
    let express = ["--store", "orders.db", "--name", "x", "--type", "express"];
    assert_reported(&run(&express), 2, &["--store needs a Standard execution"]);
    assert_reported(
        &run(&["--store", "none/orders.db", "--name", "x"]),
        2,
        &["cannot find its folder"],
    );
}
