//! Stores of many accounts: with one that is damaged, and with few open files.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::support::{ROLE, Server, text};

/// The name of an account by its number.
fn account(number: usize) -> String {
    format!("{number:012}")
}

/// Starts a server that may have this number of open files.
fn limited(stores: &Path, files: u32, log: &Path) -> Server {
    let ready = log.with_extension("ready");
    let process = Command::new("sh")
        .arg("-c")
        .arg(format!(
            r#"ulimit -n {files} && exec "$0" serve --port 0 --accounts any --store "$1" --ready-file "$2""#
        ))
        .arg(env!("CARGO_BIN_EXE_stepwright"))
        .args([stores, &ready])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(log).expect("there is room"))
        .spawn()
        .expect("there is a shell");
    super::support::until("the server is ready", || ready.exists());
    let report = fs::read_to_string(&ready).expect("it is text");
    let report: Json = serde_json::from_str(&report).expect("it is JSON");
    fs::remove_file(&ready).expect("it is there");
    Server::of(process, format!("127.0.0.1:{}", report["port"]))
}

/// Starts an execution in an account. Returns its ARN.
fn start(server: &Server, account: &str, name: &str, state: &Json) -> Result<String, Json> {
    let definition = json!({"StartAt": "S", "States": {"S": state}});
    let create = json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE});
    match server.ask_in(account, "CreateStateMachine", &create) {
        (200, created) => {
            let start = json!({"stateMachineArn": created["stateMachineArn"]});
            let started = server.call_in(account, "StartExecution", &start);
            Ok(text(&started["executionArn"]))
        }
        (503, refused) => Err(refused),
        other => panic!("{other:?}"),
    }
}

fn status(server: &Server, account: &str, execution: &str) -> String {
    let request = json!({"executionArn": execution});
    let described = server.call_in(account, "DescribeExecution", &request);
    text(&described["status"])
}

#[test]
fn a_damaged_account_is_unavailable_and_the_others_work() {
    let folder = tempfile::tempdir().expect("there is room");
    let stores = folder.path().join("stores");
    let arguments = [
        "--accounts",
        "any",
        "--store",
        stores.to_str().expect("text"),
    ];
    let pass = json!({"Type": "Pass", "End": true});
    let server = Server::start(&arguments);
    let executions = [1, 2].map(|number| {
        let account = account(number);
        let execution = start(&server, &account, "m", &pass).expect("it starts");
        (account, execution)
    });
    drop(server);
    let damaged = stores.join(format!("{}.db", executions[0].0));
    fs::write(&damaged, "no database\n".repeat(1_000)).expect("there is room");
    let server = Server::start(&arguments);
    for _ in 0..2 {
        let request = json!({"executionArn": executions[0].1});
        let (status, body) = server.ask_in(&executions[0].0, "DescribeExecution", &request);
        assert_eq!(status, 503, "{body}");
        assert!(
            body["message"].to_string().contains("000000000001.db"),
            "{body}"
        );
    }
    assert_eq!(
        status(&server, &executions[1].0, &executions[1].1),
        "SUCCEEDED"
    );
    assert_eq!(server.health().0, 200);
}

/// 160 open files allow 4 accounts.
#[test]
fn accounts_take_turns_within_the_limit_of_open_files() {
    let folder = tempfile::tempdir().expect("there is room");
    let (stores, log) = (folder.path().join("stores"), folder.path().join("log"));
    let pass = json!({"Type": "Pass", "End": true});
    let server = limited(&stores, 160, &log);
    let mut executions = Vec::new();
    for number in 1..=12 {
        let account = account(number);
        let execution = start(&server, &account, "m", &pass).expect("it starts");
        super::support::until("it ends", || {
            status(&server, &account, &execution) != "RUNNING"
        });
        executions.push((account, execution));
    }
    // Each was closed, and is opened again.
    for (account, execution) in &executions {
        assert_eq!(status(&server, account, execution), "SUCCEEDED");
    }
    // An account with an open execution stays open. The default account is one of the four.
    let wait = json!({"Type": "Wait", "Seconds": 3600, "End": true});
    let mut waiting = Vec::new();
    let refused =
        executions
            .iter()
            .find_map(|(account, _)| match start(&server, account, "w", &wait) {
                Ok(execution) => {
                    waiting.push((account.clone(), execution));
                    None
                }
                Err(refused) => Some(refused),
            });
    let refused = refused.expect("the fourth has no place");
    assert!(
        refused["message"].to_string().contains("ulimit -n"),
        "{refused}"
    );
    assert_eq!(waiting.len(), 3);
    for (account, execution) in &waiting {
        assert_eq!(status(&server, account, execution), "RUNNING");
    }
    assert_eq!(server.health().0, 200);
    // It also starts again, with all of these stores.
    drop(server);
    let server = limited(&stores, 160, &log);
    for (account, execution) in &waiting {
        assert_eq!(status(&server, account, execution), "RUNNING");
    }
    let log = fs::read_to_string(&log).expect("it is text");
    assert!(!log.contains("ERROR"), "{log}");
}
