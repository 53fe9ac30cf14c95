//! `stepwright console`: a store in a browser, next to the engine that writes it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::store_folder::Folder;
use super::support::{ROLE, Server, text};

/// `stepwright console` on a free port.
fn console(store: &Path) -> Server {
    let mut process = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["console", "--port", "0", "--store"])
        .arg(store)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command is there");
    let stderr = process.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr).lines();
    let line = lines.next().expect("it is not empty").expect("it is text");
    let (_, rest) = line.split_once("http://").expect("it has an address");
    let (address, _) = rest.split_once('/').expect("it has a path");
    let address = address.to_owned();
    // The remaining output is read, so that the process never blocks on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Server::of(process, address)
}

/// Loads a page until it contains a text.
fn page_with(console: &Server, path: &str, part: &str) -> String {
    let begun = Instant::now();
    loop {
        let (status, page) = console.get(path);
        if status == 200 && page.contains(part) {
            return page;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{path}: `{part}` is missing: {status} {page}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The bytes of the store's file and of its log.
fn content(folder: &Folder) -> BTreeMap<&'static str, Option<Vec<u8>>> {
    ["orders.db", "orders.db-wal"]
        .into_iter()
        .map(|name| (name, fs::read(folder.path(name)).ok()))
        .collect()
}

/// Creates a state machine that waits for a task token.
fn create_asking(server: &Server) -> String {
    let definition = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "https://queue", "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": true,
    }}});
    let created = server.call(
        "CreateStateMachine",
        json!({"name": "asking", "definition": definition.to_string(), "roleArn": ROLE}),
    );
    text(&created["stateMachineArn"])
}

fn start(server: &Server, machine: &str, name: &str) -> String {
    let started = server.call(
        "StartExecution",
        json!({"stateMachineArn": machine, "name": name, "input": r#"{"order": 17}"#}),
    );
    text(&started["executionArn"])
}

const WAIT_FOR_TASK: &[&str] = &["--task", "Ask=echo {}"];

fn serve(folder: &Folder) -> Server {
    let store = folder.path("orders.db");
    let mut arguments = vec!["--store", store.to_str().expect("it is text")];
    arguments.extend(WAIT_FOR_TASK);
    Server::start(&arguments)
}

#[test]
fn a_console_shows_what_a_running_engine_stores() {
    let folder = Folder::new();
    let server = serve(&folder);
    let greet = json!({"Type": "Pass", "Result": "hello"});
    let ended = server.start_state("greet", greet, &json!({"name": "Ada"}));
    server.finished(&ended);
    let console = console(&folder.path("orders.db"));

    let machines = page_with(&console, "/console", "greet");
    assert!(machines.contains("orders.db") && machines.contains("read-only"));
    assert!(machines.contains("Numbers count all executions of the store."));

    // A state machine that is created later appears, too, with its execution.
    let asking = create_asking(&server);
    let waiting = start(&server, &asking, "a-1");
    page_with(&console, "/console", "asking");
    page_with(&console, "/console/executions", "a-1");
    let url = format!("/console/execution?arn={waiting}");
    let page = page_with(&console, &url, "Waits for");
    assert!(page.contains("an answer to its task token"), "{page}");
    assert!(page.contains("<svg"), "it has a diagram");
    assert!(page.contains("Timeline"), "it has a timeline");
    // The token and the forms would end the wait.
    for absent in ["<form method=\"post\"", "send-task-success", "form_token"] {
        assert!(!page.contains(absent), "`{absent}`: {page}");
    }
    let (_, events) = console.get(&format!("{url}&view=events"));
    assert!(events.contains("TaskStateEntered"), "{events}");
    let (_, logs) = console.get(&format!("{url}&view=logs"));
    assert!(logs.contains("only reads its store"), "{logs}");
    let (_, machine) = console.get("/console/machine?name=asking&tab=definition");
    assert!(machine.contains("waitForTaskToken"), "{machine}");
    let (_, found) = console.get("/console/executions?text=Ada");
    assert!(
        found.contains(&ended) && !found.contains(&waiting),
        "{found}"
    );

    // The end of an execution appears, too.
    server.call("StopExecution", json!({"executionArn": waiting}));
    page_with(&console, &url, "Aborted");
    let (status, _) = console.get(&format!("{url}x"));
    assert_eq!(status, 404);
}

#[test]
fn a_console_of_a_store_has_no_api_and_no_forms() {
    let folder = Folder::new();
    let server = serve(&folder);
    let asking = create_asking(&server);
    let waiting = start(&server, &asking, "a-1");
    let console = console(&folder.path("orders.db"));
    let (status, _) = console.ask("StopExecution", &json!({"executionArn": waiting}));
    assert_eq!(status, 400);
    for form in ["start", "stop", "redrive", "restart", "answer", "debug/new"] {
        let url = format!("http://{}/console/{form}", console.address);
        let sent = ureq::post(url)
            .config()
            .http_status_as_error(false)
            .build()
            .send_form([("arn", waiting.as_str())]);
        let status = sent.expect("there is a response").status().as_u16();
        assert!([400, 404, 405].contains(&status), "{form}: {status}");
    }
    let (status, metrics) = console.get("/metrics");
    assert_eq!(status, 404, "{metrics}");
    for path in ["/health", "/ready"] {
        let (status, health) = console.get(path);
        assert_eq!(status, 200, "{health}");
        assert!(health.contains(r#""status":"ok""#), "{health}");
    }
    let (_, described) = server.ask("DescribeExecution", &json!({"executionArn": waiting}));
    assert_eq!(described["status"], "RUNNING");
}

/// The pages that read everything.
const PAGES: [&str; 4] = [
    "/console",
    "/console/executions?text=17",
    "/console/activities",
    "/console/machine?name=asking&tab=versions",
];

#[test]
fn reading_changes_neither_the_file_nor_the_log_of_a_running_engine() {
    let folder = Folder::new();
    let server = serve(&folder);
    let asking = create_asking(&server);
    let waiting = start(&server, &asking, "a-1");
    server.event(&waiting, "TaskSubmitted");
    // The engine is idle from now on.
    let before = content(&folder);
    let console = console(&folder.path("orders.db"));
    let execution = format!("/console/execution?arn={waiting}");
    for path in PAGES.into_iter().chain([execution.as_str()]) {
        let (status, page) = console.get(path);
        assert_eq!(status, 200, "{path}: {page}");
    }
    assert_eq!(content(&folder), before);
    drop(console);
    assert_eq!(content(&folder), before);
}

#[cfg(unix)]
#[test]
fn a_closed_store_is_shown_and_left_byte_for_byte() {
    use rustix::process::{Pid, Signal, kill_process};

    let stop = |server: &mut Server| {
        let id = server.process.id().try_into().ok().and_then(Pid::from_raw);
        kill_process(id.expect("it is an id"), Signal::TERM).expect("it runs");
        let ended = server.process.wait().expect("it is a child");
        assert_eq!(ended.code(), Some(0));
    };
    let folder = Folder::new();
    let mut server = serve(&folder);
    let asking = create_asking(&server);
    let waiting = start(&server, &asking, "a-1");
    server.event(&waiting, "TaskSubmitted");
    stop(&mut server);
    let before = content(&folder);
    assert_eq!(before["orders.db-wal"], None, "the engine removed its log");

    let mut shown = console(&folder.path("orders.db"));
    let execution = format!("/console/execution?arn={waiting}");
    for path in PAGES.into_iter().chain([execution.as_str()]) {
        let (status, page) = shown.get(path);
        assert_eq!(status, 200, "{path}: {page}");
    }
    // An engine can open the store while the console shows it.
    stop(&mut shown);
    assert_eq!(content(&folder), before);

    let shown = console(&folder.path("orders.db"));
    shown.get(&execution);
    let server = serve(&folder);
    let found = server.call("DescribeExecution", json!({"executionArn": waiting}));
    assert_eq!(found["status"], "RUNNING");
    page_with(&shown, &execution, "Waits for");
}

#[test]
fn other_files_are_refused_and_stay_as_they_are() {
    let refused = |folder: &Folder, part: &str| {
        let files = || {
            let entries = fs::read_dir(folder.path(".")).expect("a folder");
            let paths = entries.map(|entry| entry.expect("an entry").path());
            paths
                .map(|path| (path.clone(), fs::read(path).expect("a file")))
                .collect::<BTreeMap<_, _>>()
        };
        let before = files();
        let (status, message) = folder.run(&["console", "--port", "0", "--store", "orders.db"]);
        assert_eq!(status, 2, "{message}");
        assert!(message.contains(part), "`{part}`: {message}");
        assert_eq!(files(), before, "{message}");
    };
    let folder = Folder::new();
    refused(&folder, "there is no file orders.db");
    fs::write(folder.path("orders.db"), "orders\n").expect("there is room");
    refused(&folder, "it is no SQLite database");
    fs::write(folder.path("orders.db"), "").expect("there is room");
    refused(&folder, "it is empty");

    let folder = Folder::new();
    let other = rusqlite::Connection::open(folder.path("orders.db")).expect("it is created");
    other
        .execute_batch("CREATE TABLE orders (id INTEGER)")
        .expect("it is changed");
    drop(other);
    refused(&folder, "orders.db");

    let folder = Folder::new();
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    fs::write(folder.path("a.asl.json"), definition.to_string()).expect("there is room");
    folder.succeeds(&["run", "a.asl.json", "--store", "orders.db", "--name", "a-1"]);
    let newer = rusqlite::Connection::open(folder.path("orders.db")).expect("it opens");
    newer
        .pragma_update(None, "user_version", 2)
        .expect("it is changed");
    drop(newer);
    refused(&folder, "has schema version 2");
}
