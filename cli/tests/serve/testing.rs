//! The paths below `/testing/`, accounts, and the options for programs that start a server.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value as Json, json};

use super::support::{ROLE, Server, endpoint, text, until};

const ACCOUNT: &str = "000000000007";

impl Server {
    /// The status and the body of a path for tests.
    fn control(&self, path: &str, body: &Json) -> (u16, Json) {
        self.post(&format!("/testing/{path}"), &body.to_string())
    }

    fn controlled(&self, path: &str, body: &Json) -> Json {
        let (status, body) = self.control(path, body);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The response of a successful operation in an account.
    pub(super) fn call_in(&self, account: &str, operation: &str, request: &Json) -> Json {
        let (status, body) = self.ask_in(account, operation, request);
        assert_eq!(status, 200, "{operation}: {body}");
        body
    }

    /// The status and the body of a response in an account.
    pub(super) fn ask_in(&self, account: &str, operation: &str, request: &Json) -> (u16, Json) {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0"
        );
        self.ask_with(operation, request, &[("authorization", &header)])
    }

    fn status(&self, execution: &str) -> String {
        let described = self.call("DescribeExecution", json!({"executionArn": execution}));
        text(&described["status"])
    }
}

#[test]
fn a_stopped_clock_passes_only_the_time_of_an_advance() {
    let server = Server::start(&["--virtual-time"]);
    let stopped = server.controlled("time", &json!({"stopped": true}));
    assert_eq!(stopped["now"], "2026-01-01T00:00:00.000Z");
    let wait = json!({"Type": "Wait", "Seconds": 259_200});
    let execution = server.start_state("Cool", wait, &json!({}));
    for days in 1..=3 {
        assert_eq!(server.status(&execution), "RUNNING", "day {days}");
        let advanced = server.controlled("advance", &json!({"seconds": 86_400}));
        assert_eq!(
            advanced["now"],
            format!("2026-01-0{}T00:00:00.000Z", days + 1)
        );
        assert_eq!(advanced["idle"], true);
    }
    assert_eq!(server.status(&execution), "SUCCEEDED");
    server.controlled("time", &json!({"stopped": false}));
    let wait = json!({"Type": "Wait", "Seconds": 86_400});
    let execution = server.start_state("Jump", wait, &json!({}));
    let waited = server.controlled("wait", &json!({}));
    assert_eq!(
        (&waited["now"], &waited["idle"]),
        (&json!("2026-01-05T00:00:00.000Z"), &json!(true))
    );
    assert_eq!(server.status(&execution), "SUCCEEDED");
}

#[test]
fn a_token_can_be_answered_while_time_is_stopped_and_expires_in_an_advance() {
    let calls = endpoint(|request| {
        assert_eq!(request.body["state"], "Approve");
        (200, "", json!({"output": {}}).to_string())
    });
    let server = Server::start(&["--virtual-time"]);
    server.controlled("reset", &json!({"stopped": true}));
    let names =
        json!({"url": format!("http://{calls}/"), "names": ["Approve"], "open": ["Approve"]});
    server.controlled("tasks", &names);
    let approve = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 3_600,
    });
    let execution = server.start_state("Approve", approve, &json!({}));
    server.controlled("wait", &json!({}));
    server.controlled("advance", &json!({"seconds": 3_599}));
    assert_eq!(server.status(&execution), "RUNNING");
    server.controlled("advance", &json!({"seconds": 1}));
    assert_eq!(server.status(&execution), "FAILED");
}

#[test]
fn a_test_executes_tasks_and_fails_their_attempts() {
    let attempts = AtomicU32::new(0);
    let calls = endpoint(move |request| {
        assert_eq!(request.body["name"], "charge");
        assert_eq!(request.body["input"], json!({"amount": 7}));
        let attempt = attempts.fetch_add(1, Ordering::SeqCst);
        assert_eq!(request.body["attempt"], attempt);
        let body = match attempt {
            0 => json!({"error": "Throttled", "cause": "try again"}),
            _ => json!({"output": {"id": "ch-1"}}),
        };
        (200, "", body.to_string())
    });
    let server = Server::start(&["--virtual-time"]);
    let names = json!({"url": format!("http://{calls}/"), "names": ["charge"]});
    server.controlled("tasks", &names);
    let charge = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
        "Retry": [{"ErrorEquals": ["Throttled"], "IntervalSeconds": 60}],
        "OutputPath": "$.Payload",
    });
    let ended = server.run_state("Charge", charge, &json!({"amount": 7}));
    assert_eq!(ended["output"], r#"{"id":"ch-1"}"#, "{ended}");
    let (status, refused) = server.control("tasks", &json!({"url": "ftp://x", "names": []}));
    assert_eq!(status, 400);
    assert!(text(&refused["message"]).contains("http://"), "{refused}");
}

#[test]
fn a_reset_removes_one_account_and_sets_its_mocks() {
    let server = Server::start(&["--virtual-time", "--accounts", "any"]);
    let definition = json!({
        "StartAt": "Charge",
        "States": {"Charge": {
            "Type": "Task", "End": true,
            "Resource": "arn:aws:lambda:us-east-1:000000000007:function:charge",
        }},
    });
    let mocks = json!({
        "StateMachines": {"Orders": {"TestCases": {"Paid": {"Charge": "Paid"}}}},
        "MockedResponses": {"Paid": {"0": {"Return": {"id": "ch-1"}}}},
    });
    server.controlled("reset", &json!({"account": ACCOUNT, "mocks": mocks}));
    let machine = json!({"name": "Orders", "definition": definition.to_string(), "roleArn": ROLE});
    let created = server.call_in(ACCOUNT, "CreateStateMachine", &machine);
    let arn = text(&created["stateMachineArn"]);
    assert!(arn.contains(":000000000007:"), "{arn}");
    let case = json!({"stateMachineArn": format!("{arn}#Paid")});
    let started = server.call_in(ACCOUNT, "StartExecution", &case);
    server.controlled("wait", &json!({"account": ACCOUNT}));
    let execution = json!({"executionArn": started["executionArn"]});
    let ended = server.call_in(ACCOUNT, "DescribeExecution", &execution);
    assert_eq!(ended["output"], r#"{"id":"ch-1"}"#, "{ended}");
    let count = |account: &str| {
        let listed = server.call_in(account, "ListStateMachines", &json!({}));
        listed["stateMachines"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("000000000008"), 0, "another account");
    server.call_in("000000000008", "CreateActivity", &json!({"name": "a"}));
    server.controlled("reset", &json!({"account": ACCOUNT}));
    assert_eq!(count(ACCOUNT), 0);
    let activities = server.call_in("000000000008", "ListActivities", &json!({}));
    assert_eq!(activities["activities"].as_array().map_or(0, Vec::len), 1);
    for body in [
        json!({"account": "7"}),
        json!({"account": 7}),
        json!({"mocks": {"StateMachines": []}}),
        json!({"unknown": true}),
    ] {
        let (status, refused) = server.control("reset", &body);
        assert_eq!(
            (status, refused["message"].is_string()),
            (400, true),
            "{body}"
        );
    }
}

#[test]
fn only_virtual_time_has_the_paths_for_tests() {
    let server = Server::start(&[]);
    assert_eq!(server.control("reset", &json!({})).0, 404);
    let server = Server::start(&["--accounts", "any"]);
    assert_eq!(server.control("reset", &json!({})).0, 404);
}

#[test]
#[cfg(unix)]
fn a_server_reports_its_endpoint_and_ends_with_its_parent() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let folder = tempfile::tempdir().expect("there is room");
    let ready = folder.path().join("ready.json");
    let printed = folder.path().join("out.txt");
    let mut parent = Command::new("sh")
        .arg("-c")
        .arg(r#""$0" serve --port 0 --virtual-time --exit-with-parent --ready-file "$1" > "$2" & wait"#)
        .arg(env!("CARGO_BIN_EXE_stepwright"))
        .args([&ready, &printed])
        .stderr(Stdio::null())
        .spawn()
        .expect("there is a shell");
    until("the server is ready", || ready.exists());
    let text = std::fs::read_to_string(&ready).expect("it is text");
    let report: Json = serde_json::from_str(&text).expect("it is JSON");
    let address = format!("127.0.0.1:{}", report["port"]);
    assert_eq!(report["endpoint"], format!("http://{address}"));
    let line = format!("http://{address}\n");
    until("the endpoint is printed", || {
        std::fs::read_to_string(&printed).is_ok_and(|text| text == line)
    });
    assert!(std::net::TcpStream::connect(&address).is_ok());
    parent.kill().expect("it runs");
    parent.wait().expect("it ended");
    let killed = Instant::now();
    until("the server ends", || {
        std::net::TcpStream::connect(&address).is_err()
    });
    assert!(killed.elapsed() < Duration::from_secs(10));
}

#[test]
fn each_account_has_a_store_and_its_executions_continue_after_a_restart() {
    const OTHER: &str = "000000000008";
    let folder = tempfile::tempdir().expect("there is room");
    let stores = folder.path().join("stores").display().to_string();
    let arguments = ["--accounts", "any", "--store", &stores];
    let mut server = Server::start(&arguments);
    let definition =
        json!({"StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 2, "End": true}}});
    let create = json!({"name": "orders", "definition": definition.to_string(), "roleArn": ROLE});
    let mut executions = Vec::new();
    for account in [ACCOUNT, OTHER] {
        let created = server.call_in(account, "CreateStateMachine", &create);
        let machine = text(&created["stateMachineArn"]);
        assert!(machine.contains(account), "{machine}");
        let start = json!({"stateMachineArn": machine, "name": "o-1"});
        let started = server.call_in(account, "StartExecution", &start);
        executions.push((account, text(&started["executionArn"])));
    }
    server.process.kill().expect("it runs");
    server.process.wait().expect("it ran");
    drop(server);
    for account in [ACCOUNT, OTHER] {
        let store = format!("{stores}/{account}.db");
        assert!(std::path::Path::new(&store).exists(), "{store}");
    }
    let server = Server::start(&arguments);
    for (account, execution) in &executions {
        // Without a request in the account, which would open its store, too.
        let store = format!("{stores}/{account}.db");
        until("the execution continues", || {
            let ran = crate::common::stepwright(&["executions", "--store", &store], "");
            ran.stdout.contains("SUCCEEDED")
        });
        let request = json!({"executionArn": execution});
        let described = server.call_in(account, "DescribeExecution", &request);
        assert_eq!(described["status"], "SUCCEEDED", "{account}");
    }
}

#[test]
fn a_file_is_no_folder_of_stores_and_options_of_one_store_are_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("orders.db");
    std::fs::write(&file, "").expect("there is room");
    let file = file.display().to_string();
    let stores = folder.path().join("stores").display().to_string();
    for (arguments, message) in [
        (vec!["--store", &file], "`--store` is a folder"),
        (vec!["--schedules", &file], "--schedules is for one account"),
        (
            vec!["--store", &stores, "--index"],
            "--index is for one account",
        ),
        (
            vec!["--store", &stores, "--keep-logs"],
            "--keep-logs is for one account",
        ),
    ] {
        let all = [
            &["serve", "--port", "0", "--accounts", "any"],
            &arguments[..],
        ]
        .concat();
        let ran = crate::common::stepwright(&all, "");
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}
