//! The modes of the files that commands make of executions, and the note about a store that all
//! users can read.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::json;

use super::store_file::end;
use super::store_folder::Folder;
use super::support::{Server, until};

fn mode(folder: &Folder, name: &str) -> u32 {
    let metadata = fs::metadata(folder.path(name)).expect(name);
    metadata.permissions().mode() & 0o7777
}

fn set_mode(folder: &Folder, name: &str, mode: u32) {
    fs::set_permissions(folder.path(name), Permissions::from_mode(mode)).expect("it is set");
}

/// Runs a command with the usual mask of a user.
fn run(folder: &Folder, arguments: &[&str]) -> String {
    let output = Command::new("sh")
        .args(["-c", "umask 022; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(folder.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("the command is there");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

fn definition(folder: &Folder) {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    fs::write(folder.path("m.asl.json"), definition.to_string()).expect("a file");
}

#[test]
fn files_made_of_executions_are_readable_only_by_their_owner() {
    let folder = Folder::new();
    definition(&folder);
    let name = ["--name", "o-1"];
    let store = ["--store", "orders.db"];
    let history = ["--history", "h.json"];
    run(
        &folder,
        &[&["run", "m.asl.json"][..], &store, &name, &history].concat(),
    );
    run(
        &folder,
        &[&["report"][..], &store, &name, &["--output", "r.html"]].concat(),
    );
    let of_history = [
        "report",
        "m.asl.json",
        "--history",
        "h.json",
        "--output",
        "rh.html",
    ];
    run(&folder, &of_history);
    run(
        &folder,
        &[
            "store",
            "export",
            "orders.db",
            "--all",
            "--output",
            "e.jsonl",
        ],
    );
    run(&folder, &["store", "backup", "orders.db", "b.db"]);
    for file in [
        "orders.db",
        "orders.db.lock",
        "h.json",
        "r.html",
        "rh.html",
        "e.jsonl",
        "b.db",
    ] {
        assert_eq!(mode(&folder, file), 0o600, "{file}");
    }
    // A report takes the mode of its store, and a file that exists retains its mode.
    set_mode(&folder, "orders.db", 0o640);
    run(
        &folder,
        &[&["report"][..], &store, &name, &["--output", "r2.html"]].concat(),
    );
    assert_eq!(mode(&folder, "r2.html"), 0o640);
    run(
        &folder,
        &[&["report"][..], &store, &name, &["--output", "r.html"]].concat(),
    );
    assert_eq!(mode(&folder, "r.html"), 0o600);
}

#[test]
fn an_index_and_logs_take_the_mode_of_their_store() {
    let folder = Folder::new();
    let store = folder.path("orders.db");
    let arguments = [
        "--store",
        store.to_str().expect("it is text"),
        "--index",
        "--keep-logs",
    ];
    let files = ["orders.db", "orders.db-index", "orders.db-logs"];
    let mut server = Server::start(&arguments);
    server.start_state("A", json!({"Type": "Pass"}), &json!({}));
    let paths: Vec<String> = files
        .iter()
        .flat_map(|file| ["", "-wal", "-shm"].map(|suffix| format!("{file}{suffix}")))
        .collect();
    for path in &paths {
        // A thread opens the index after the server has started.
        until(path, || folder.path(path).exists());
        assert_eq!(mode(&folder, path), 0o600, "{path}");
    }
    end(&mut server, Signal::KILL);
    // Another program made them readable for all users.
    for path in &paths[3..] {
        set_mode(&folder, path, 0o644);
    }
    let mut server = Server::start(&arguments);
    for path in &paths {
        assert_eq!(mode(&folder, path), 0o600, "{path}");
    }
    end(&mut server, Signal::TERM);
}

#[test]
fn commands_note_a_store_that_all_users_can_read() {
    let folder = Folder::new();
    definition(&folder);
    let run_stored = ["run", "m.asl.json", "--store", "orders.db", "--name", "o-1"];
    let commands = [
        &run_stored[..],
        &["store", "info", "orders.db"],
        &["store", "check", "orders.db"],
    ];
    let note = "chmod 600 orders.db*";
    for command in commands {
        assert!(!run(&folder, command).contains(note), "{command:?}");
    }
    set_mode(&folder, "orders.db", 0o644);
    for command in commands {
        let text = run(&folder, command);
        assert!(
            text.contains(note) && text.contains("mode 0644"),
            "{command:?}: {text}"
        );
    }
    let log = folder.path("log");
    let store = folder.path("orders.db");
    let arguments = ["--store", store.to_str().expect("it is text")];
    let mut server = Server::start_with_log(&arguments, &log);
    end(&mut server, Signal::TERM);
    let text = fs::read_to_string(log).expect("it is text");
    assert_eq!(text.matches("mode 0644").count(), 1, "{text}");
}
