//! Tests of the file of log lines: restarts, limits, damage, and deleted executions.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::Level;

use super::line::{BYTES_PER_EXECUTION, LogLine};
use super::log_format::FORMAT;
use super::sqlite_logs::SqliteLogs;
use super::store::LogStore;
use super::stored_logs::QUEUE;
use crate::clock::Timestamp;
use crate::derived_file::DerivedFile;
use crate::store::SqliteStore;
use crate::{Engine, MachineType, StartOptions};

fn line(message: &str) -> LogLine {
    LogLine {
        number: 0,
        at: Timestamp::from_unix_micros(7),
        level: Level::WARN,
        state: "Charge".into(),
        attempt: 2,
        target: Cow::Borrowed("tests"),
        message: message.to_owned(),
        fields: vec![("order".into(), "\"o-1\"\n".to_owned())],
        is_cut: true,
    }
}

/// Returns a folder with a store.
fn store() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    drop(SqliteStore::open(&path).expect("a store"));
    (folder, path)
}

/// Returns logs whose file is next to the store.
fn logs(path: &Path) -> LogStore {
    let logs = LogStore::new(10);
    let storage = Arc::new(SqliteLogs::new(path));
    logs.keep(storage, QUEUE).expect("a file");
    logs
}

fn flush(logs: &LogStore) {
    logs.stored().expect("it has a file").flush();
}

#[test]
fn a_restart_shows_the_lines_again_and_numbers_continue() {
    let (_folder, path) = store();
    let arn: Arc<str> = "arn".into();
    let before = logs(&path);
    before.add(&arn, line("one"));
    before.add(&arn, line("two"));
    flush(&before);
    let (expected, _) = before.log(&arn);
    drop(before);

    let after = logs(&path);
    assert_eq!(after.log(&arn), (expected.clone(), 0));
    after.add(&arn, line("three"));
    for _ in 0..2 {
        let (lines, dropped) = after.log(&arn);
        assert_eq!(lines[..2], expected);
        assert_eq!((&*lines[2].message, lines[2].number), ("three", 3));
        assert_eq!((lines.len(), dropped), (3, 0));
        flush(&after);
    }
}

#[test]
fn the_file_has_the_bound_of_the_memory_for_each_execution() {
    let (_folder, path) = store();
    let arn: Arc<str> = "arn".into();
    let before = logs(&path);
    for number in 0..100 {
        before.add(&arn, line(&format!("{number} {}", "m".repeat(2_000))));
        // The file drops lines in batches of any size.
        if number % 7 == 0 {
            flush(&before);
        }
    }
    flush(&before);
    let expected = before.log(&arn);
    drop(before);
    let after = logs(&path);
    let (lines, dropped) = after.log(&arn);
    assert_eq!((lines.clone(), dropped), expected);
    assert_eq!(lines.len() as u64 + dropped, 100);
    after.add(&arn, line(&"m".repeat(2_000)));
    let (lines, _) = after.log(&arn);
    let bytes: usize = lines.iter().map(|line| line.bytes()).sum();
    assert!(bytes <= BYTES_PER_EXECUTION);
    assert_eq!(lines.last().map(|line| line.number), Some(101));
}

#[test]
fn lines_are_lost_and_counted_when_the_queue_is_full() {
    let (_folder, path) = store();
    let logs = LogStore::new(10);
    let storage = Arc::new(SqliteLogs::new(&path));
    logs.keep(storage, 1).expect("a file");
    let arn: Arc<str> = "arn".into();
    for _ in 0..10_000 {
        logs.add(&arn, line("a line"));
    }
    flush(&logs);
    let stored = logs.stored().expect("it has a file");
    assert!(stored.lost() > 0);
    let (lines, _) = logs.log(&arn);
    assert_eq!(lines.last().map(|line| line.number), Some(10_000));
}

#[test]
fn a_damaged_file_and_a_full_disk_only_lose_lines() {
    let (_folder, path) = store();
    let arn: Arc<str> = "arn".into();
    let file = DerivedFile::next_to(&path, &FORMAT);
    std::fs::write(path.with_file_name("orders.db-logs"), "x".repeat(10_000)).expect("a file");
    let before = logs(&path);
    before.add(&arn, line("one"));
    flush(&before);
    drop(before);
    assert_eq!(logs(&path).log(&arn).0.len(), 1);

    let storage = SqliteLogs::of_file(&path, file.limited(10));
    let full = LogStore::new(1_000);
    full.keep(Arc::new(storage), QUEUE).expect("a file");
    for number in 0..1_000 {
        full.add(&number.to_string().into(), line(&"m".repeat(5_000)));
    }
    flush(&full);
    assert_eq!(full.log("999").0.len(), 1);
    full.add(&arn, line("two"));
    assert_eq!(full.log("999").0.len(), 1);
}

#[tokio::test]
async fn the_lines_of_a_deleted_execution_are_deleted() {
    let (_folder, path) = store();
    let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    let engine = Engine::builder()
        .register_json("greet", text, MachineType::Standard)
        .store(SqliteStore::open(&path).expect("a store"))
        .build()
        .expect("an engine");
    let start = || engine.start_machine("greet", serde_json::json!({}), StartOptions::new());
    let first = start().await.expect("it starts");
    let second = start().await.expect("it starts");
    first.report().await;
    second.report().await;
    let logs = logs(&path);
    for run in [&first, &second] {
        logs.add(&run.id().into(), line("a line"));
    }
    engine.delete(first.id()).await.expect("it has ended");
    let stored = logs.stored().expect("it has a file");
    stored.sweep();
    assert_eq!(stored.lines(first.id()).0.len(), 0);
    assert_eq!(stored.lines(second.id()).0.len(), 1);
}
