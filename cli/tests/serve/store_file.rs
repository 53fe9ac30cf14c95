//! The store file: signals, kills, backups, and operations of an operator on the file.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::store_folder::Folder;
use super::support::Server;

/// Starts an execution that waits for a day.
fn start(server: &Server, name: &str) {
    server.start_state(name, json!({"Type": "Wait", "Seconds": 86_400}), &json!({}));
}

pub(super) fn end(server: &mut Server, signal: Signal) {
    let id = server.process.id().try_into().ok().and_then(Pid::from_raw);
    kill_process(id.expect("it is an id"), signal).expect("it runs");
    server.process.wait().expect("it ends");
}

#[test]
fn a_server_ended_by_a_signal_leaves_no_log() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = Folder::new();
        for round in 1..=2 {
            let mut server = folder.serve();
            start(&server, &format!("Wait{round}"));
            assert!(folder.path("orders.db-wal").exists());
            end(&mut server, signal);
            assert_eq!(folder.files(), ["orders.db", "orders.db.lock"]);
        }
        assert_eq!(folder.executions("orders.db"), 2);
        assert_eq!(folder.files(), ["orders.db", "orders.db.lock"]);
    }
}

/// An open connection of a client, and pending requests, do not keep the store open.
#[test]
fn a_server_with_open_connections_leaves_no_log() {
    let folder = Folder::new();
    let mut server = folder.serve();
    start(&server, "Wait");
    let created = server.call("CreateActivity", json!({"name": "Pack"}));
    let mut idle = Vec::new();
    let request = json!({"activityArn": created["activityArn"]}).to_string();
    for body in [&request[..], ""] {
        let mut stream = std::net::TcpStream::connect(&server.address).expect("it listens");
        let text = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-amz-target: AWSStepFunctions.GetActivityTask\r\ncontent-length: {}\r\n\r\n{body}",
            request.len()
        );
        std::io::Write::write_all(&mut stream, text.as_bytes()).expect("it reads");
        idle.push(stream);
    }
    std::thread::sleep(Duration::from_millis(100));
    end(&mut server, Signal::TERM);
    assert_eq!(folder.files(), ["orders.db", "orders.db.lock"]);
}

#[test]
fn a_completed_or_interrupted_run_leaves_no_log() {
    let folder = Folder::new();
    let definition = |state: serde_json::Value| {
        let text = json!({"StartAt": "A", "States": {"A": state}}).to_string();
        fs::write(folder.path("m.asl.json"), text).expect("a file");
    };
    definition(json!({"Type": "Wait", "Seconds": 5, "End": true}));
    let run = ["run", "m.asl.json", "--store", "orders.db", "--name"];
    folder.succeeds(&[&run[..], &["done"]].concat());
    assert_eq!(folder.files(), ["orders.db", "orders.db.lock"]);
    // The result is printed again.
    folder.succeeds(&[&run[..], &["done"]].concat());
    assert_eq!(folder.files(), ["orders.db", "orders.db.lock"]);

    definition(json!({"Type": "Task", "Resource": "${Work}", "End": true}));
    let task = ["--task", "A=touch begun; sleep 60"];
    for (signal, status) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args([&run[..], &[&*status.to_string()], &task[..]].concat())
            .current_dir(folder.directory())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.expect("the command is there");
        let began = Instant::now();
        while !folder.path("begun").exists() {
            assert!(began.elapsed() < Duration::from_secs(30), "no task");
            std::thread::sleep(Duration::from_millis(10));
        }
        let id = child.id().try_into().ok().and_then(Pid::from_raw);
        kill_process(id.expect("it is an id"), signal).expect("it runs");
        let ended = child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(status));
        assert_eq!(folder.files(), ["orders.db", "orders.db.lock"]);
        fs::remove_file(folder.path("begun")).expect("it is there");
    }
}

#[test]
fn a_backup_copied_over_a_killed_store_is_refused_until_restored() {
    let folder = Folder::new();
    let mut server = folder.serve();
    start(&server, "First");
    // While the engine is running.
    folder.succeeds(&["store", "backup", "orders.db", "backup.db"]);
    start(&server, "Second");
    end(&mut server, Signal::KILL);
    drop(server);
    assert!(folder.path("orders.db-wal").exists());
    folder.copy("orders.db", "killed.db");
    folder.copy("orders.db-wal", "killed.db-wal");

    folder.copy("backup.db", "orders.db");
    let serve = ["serve", "--port", "0", "--store", "orders.db"];
    let texts = [
        "orders.db-wal",
        "does not belong to the store",
        "store restore",
    ];
    folder.refused(&serve, &texts);
    folder.refused(&["executions", "--store", "orders.db"], &texts);
    folder.refused(&["store", "backup", "orders.db", "other.db"], &texts);
    assert!(!folder.path("other.db").exists());

    folder.succeeds(&["store", "restore", "backup.db", "orders.db"]);
    assert!(!folder.path("orders.db-wal").exists());
    assert_eq!(folder.executions("orders.db"), 1);
    let mut server = folder.serve();
    start(&server, "Third");
    end(&mut server, Signal::TERM);
    assert_eq!(folder.executions("orders.db"), 2);
    // The old log still exists, and the killed store has all acknowledged executions.
    let aside = folder.files();
    assert!(
        aside.iter().any(|name| name.contains("-wal.aside-")),
        "{aside:?}"
    );
    assert_eq!(folder.executions("killed.db"), 2);
}

#[test]
fn a_store_copied_without_its_log_is_refused_until_recovered() {
    let folder = Folder::new();
    let server = folder.serve();
    start(&server, "First");
    folder.copy("orders.db", "copy.db");
    for arguments in [
        &["serve", "--port", "0", "--store", "copy.db"][..],
        &["executions", "--store", "copy.db"],
        &["store", "backup", "copy.db", "other.db"],
        &["store", "restore", "copy.db", "new.db"],
    ] {
        let (status, message) = folder.run(arguments);
        assert!(status == 1 || status == 2, "{arguments:?}: {message}");
        assert!(message.contains("its log"), "{message}");
    }
    let in_use = ["is in use", "in process"];
    folder.refused(&["store", "recover", "orders.db"], &in_use);
    folder.succeeds(&["store", "backup", "orders.db", "backup.db"]);
    folder.refused(&["store", "restore", "backup.db", "orders.db"], &in_use);
    folder.refused(
        &["store", "backup", "orders.db", "backup.db"],
        &["there is a file already"],
    );
    let (_, message) = folder.run(&["store", "recover", "copy.db"]);
    assert!(message.contains("opens without its log"), "{message}");
    assert_eq!(folder.executions("copy.db"), 0);
    let (_, message) = folder.run(&["store", "recover", "copy.db"]);
    assert!(message.contains("needs no recovery"), "{message}");
    // The server is not affected.
    start(&server, "Second");
    assert_eq!(folder.executions("orders.db"), 2);
}

#[test]
fn missing_files_and_files_that_are_not_stores_are_refused() {
    let folder = Folder::new();
    fs::write(folder.path("text.db"), "text").expect("a file");
    let is_refused = |arguments: &[&str], text: &str| {
        let (status, message) = folder.run(arguments);
        assert!(status == 2 && message.contains(text), "{status} {message}");
    };
    is_refused(
        &["store", "backup", "none.db", "b.db"],
        "there is no file none.db",
    );
    is_refused(&["store", "recover", "none.db"], "there is no such file");
    is_refused(
        &["store", "recover", "text.db"],
        "is not a store of Stepwright",
    );
    is_refused(
        &["store", "restore", "text.db", "new.db"],
        "is not a store of Stepwright",
    );
    is_refused(
        &["store", "restore", "none.db", "new.db"],
        "there is no such file",
    );
    is_refused(&["store"], "restore");
    let left: Vec<PathBuf> = fs::read_dir(folder.directory())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name() != Some("text.db".as_ref()))
        .filter(|path| path.extension() != Some("lock".as_ref()))
        .collect();
    assert_eq!(left, [] as [&Path; 0]);
}
