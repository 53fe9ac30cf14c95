//! A server whose log is damaged, while it runs or after it was killed: it acknowledges nothing
//! that is lost, and says what to do.
#![cfg(unix)]

use std::fs::File;
use std::os::unix::fs::FileExt;

use rustix::process::Signal;
use serde_json::json;

use super::store_file::end;
use super::store_folder::Folder;
use super::support::{ROLE, Server};

/// Starts executions until one is refused, at most this number. Returns the number of acknowledged
/// ones.
fn starts(server: &Server, machine: &str, first: usize, most: usize) -> usize {
    let acknowledged = (first..first + most).take_while(|number| {
        let request = json!({"stateMachineArn": machine, "name": format!("o-{number}")});
        server.ask("StartExecution", &request).0 == 200
    });
    acknowledged.count()
}

fn machine(server: &Server) -> String {
    let definition =
        json!({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 86_400, "End": true}}});
    let request = json!({"name": "orders", "roleArn": ROLE, "definition": definition.to_string()});
    let created = server.call("CreateStateMachine", request);
    created["stateMachineArn"]
        .as_str()
        .expect("an ARN")
        .to_owned()
}

/// Checks that no command opens the store, that `check` and `info` have the status 1, and that
/// `recover` makes it open.
fn assert_refused_and_recovered(folder: &Folder, acknowledged: usize) {
    for command in ["check", "info"] {
        folder.refused_with(1, &["store", command, "orders.db"], "orders.db-wal");
    }
    folder.refused_with(2, &["executions", "--store", "orders.db"], "orders.db-wal");
    folder.refused_with(
        2,
        &["store", "backup", "orders.db", "b.db"],
        "orders.db-wal",
    );
    folder.refused_with(
        2,
        &["serve", "--port", "0", "--store", "orders.db"],
        "orders.db-wal",
    );
    folder.succeeds(&["store", "recover", "orders.db"]);
    folder.succeeds(&["store", "check", "orders.db"]);
    assert!(folder.executions("orders.db") <= acknowledged);
    let mut server = folder.serve();
    end(&mut server, Signal::TERM);
}

#[test]
fn a_log_that_is_damaged_after_a_kill_is_refused() {
    let damages: [fn(&File); 4] = [
        |log| flip(log, 40),
        |log| flip(log, log.metadata().expect("a log").len() / 2),
        |log| {
            log.set_len(log.metadata().expect("a log").len() / 2)
                .expect("it is cut")
        },
        |log| log.set_len(0).expect("it is cut"),
    ];
    for damage in damages {
        let folder = Folder::new();
        let mut server = folder.serve();
        let machine = machine(&server);
        let acknowledged = starts(&server, &machine, 0, 60);
        assert_eq!(acknowledged, 60);
        end(&mut server, Signal::KILL);
        damage(&open(&folder));
        assert_refused_and_recovered(&folder, acknowledged);
    }
}

#[test]
fn a_server_whose_log_is_cut_acknowledges_no_start() {
    for length in [0, 20_000] {
        let folder = Folder::new();
        let mut server = folder.serve();
        let machine = machine(&server);
        let before = starts(&server, &machine, 0, 20);
        assert_eq!(before, 20);
        open(&folder).set_len(length).expect("it is cut");
        let after = starts(&server, &machine, 20, 20);
        assert_eq!(after, 0);
        let (status, health) = server.health();
        assert_eq!(status, 503, "{health}");
        assert!(health.to_string().contains("orders.db-wal"), "{health}");
        end(&mut server, Signal::TERM);
        assert_refused_and_recovered(&folder, before);
    }
}

fn open(folder: &Folder) -> File {
    let mut options = File::options();
    let opened = options
        .read(true)
        .write(true)
        .open(folder.path("orders.db-wal"));
    opened.expect("a log")
}

fn flip(log: &File, position: u64) {
    let mut byte = [0];
    log.read_exact_at(&mut byte, position).expect("it is read");
    log.write_all_at(&[byte[0] ^ 1], position)
        .expect("it is written");
}
