//! Files next to a store: the index of `--index`, and the logs of `--keep-logs`.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::support::{Server, text};

const LIMIT: Duration = Duration::from_secs(60);

fn serve(folder: &Path, arguments: &[&str]) -> (Server, PathBuf) {
    let store = folder.join("orders.db");
    let log = folder.join("serve.log");
    let store = store.to_str().expect("the path is text");
    let server = Server::start_with_log(&[&["--store", store], arguments].concat(), &log);
    (server, log)
}

/// Waits until a page contains a text. Returns the page.
fn page_with(server: &Server, path: &str, expected: &str) -> String {
    let begun = Instant::now();
    loop {
        let (_, page) = server.get(path);
        if page.contains(expected) {
            return page;
        }
        assert!(begun.elapsed() < LIMIT, "{path} has no {expected}:\n{page}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn lines_with<'l>(log: &'l str, part: &str) -> Vec<&'l str> {
    log.lines().filter(|line| line.contains(part)).collect()
}

fn task() -> Json {
    json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge"})
}

#[test]
fn the_console_finds_executions_by_text_with_an_index_and_says_so() {
    let folder = tempfile::tempdir().expect("there is room");
    let (server, _) = serve(folder.path(), &["--index"]);
    let pass = json!({"Type": "Pass"});
    let arn = server.start_state("Greet", pass, &json!({"name": "Ada \"100%\""}));
    server.finished(&arn);
    let query = "/console/executions?text=%5C%22100%25";
    let page = page_with(&server, query, "which has all executions up to");
    let page = if page.contains(&arn) {
        page
    } else {
        page_with(&server, query, &arn)
    };
    assert!(page.contains("1 execution compared by the index"), "{page}");
    let (_, page) = server.get("/console/executions?text=no%20such%20text");
    assert!(page.contains("No execution passes"), "{page}");
    assert!(
        page.contains("0 executions compared by the index"),
        "{page}"
    );
    // Without a text, the list does not need the index.
    let (_, page) = server.get("/console/executions");
    assert!(page.contains("1 execution read"), "{page}");
}

#[test]
fn a_restart_shows_what_commands_wrote_to_standard_error() {
    let folder = tempfile::tempdir().expect("there is room");
    let options = [
        "--keep-logs",
        "--task",
        "Charge=echo charging <card> >&2; cat",
    ];
    let options = options.map(|option| option.replace("<card>", "the card"));
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let (server, _) = serve(folder.path(), &options);
    let arn = server.start_state("Charge", task(), &json!({"total": 12}));
    assert_eq!(text(&server.finished(&arn)["status"]), "SUCCEEDED");
    let page = format!("/console/execution?view=logs&arn={arn}");
    page_with(&server, &page, "charging the card");
    // The file has the line after a moment.
    let lines = || {
        let logs = rusqlite::Connection::open(folder.path().join("orders.db-logs"));
        let count = logs.and_then(|logs| {
            logs.query_row("SELECT count(*) FROM lines", [], |row| row.get::<_, i64>(0))
        });
        count.unwrap_or_default()
    };
    let begun = Instant::now();
    while lines() == 0 {
        assert!(begun.elapsed() < LIMIT);
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(server);
    let (server, _) = serve(folder.path(), &options);
    page_with(&server, &page, "charging the card");
}

#[test]
fn damaged_files_next_to_a_store_are_replaced_with_one_line_each() {
    let folder = tempfile::tempdir().expect("there is room");
    let options = ["--index", "--keep-logs"];
    drop(serve(folder.path(), &options));
    for name in ["orders.db-index", "orders.db-logs"] {
        std::fs::write(folder.path().join(name), "x".repeat(9_000)).expect("a file");
        // The server was killed. If it had opened the files before, the logs of SQLite have or
        // restore their content.
        for suffix in ["-journal", "-shm", "-wal"] {
            let log = folder.path().join(format!("{name}{suffix}"));
            if log.exists() {
                std::fs::remove_file(log).expect("the log of SQLite");
            }
        }
    }
    let (server, log) = serve(folder.path(), &options);
    let arn = server.start_state("Greet", json!({"Type": "Pass"}), &json!({"name": "Ada"}));
    page_with(&server, "/console/executions?text=Ada", &arn);
    // The page can have the execution before the thread of the index has opened the file.
    let read = || std::fs::read_to_string(&log).expect("it is text");
    let begun = Instant::now();
    while lines_with(&read(), "orders.db-index").is_empty() {
        assert!(begun.elapsed() < LIMIT, "{}", read());
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(server);
    let log = read();
    assert_eq!(lines_with(&log, "orders.db-index").len(), 1, "{log}");
    assert_eq!(lines_with(&log, "orders.db-logs").len(), 1, "{log}");
}

#[test]
fn files_that_cannot_be_written_do_not_stop_the_server() {
    let folder = tempfile::tempdir().expect("there is room");
    for name in ["orders.db-index", "orders.db-logs"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    let (server, log) = serve(folder.path(), &["--index", "--keep-logs"]);
    let arn = server.start_state("Greet", json!({"Type": "Pass"}), &json!({"name": "Ada"}));
    server.finished(&arn);
    let page = page_with(&server, "/console/executions?text=Ada", "without the index");
    assert!(page.contains(&arn), "{page}");
    drop(server);
    let log = std::fs::read_to_string(log).expect("it is text");
    assert_eq!(lines_with(&log, "the index").len(), 1, "{log}");
    assert_eq!(lines_with(&log, "logs of handlers").len(), 1, "{log}");
}
