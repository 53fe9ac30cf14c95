//! The write-ahead log restarts while commits continue.

use std::path::Path;

use stepwright_engine::store::{Change, SqliteReader, SqliteStore, Store};

use crate::store::support::{everything, start, temporary_store};

/// Bytes of a record; a commit writes it twice.
const RECORD: usize = 100_000;
/// Bytes of the log after which it is copied, with a margin for concurrent commits.
const MOST: u64 = 4 * 2_000 * 8_192;

fn log(store: &Path) -> u64 {
    let mut path = store.as_os_str().to_owned();
    path.push("-wal");
    Path::new(&path).metadata().expect("a log").len()
}

fn commit(store: &mut SqliteStore, keys: std::ops::RangeInclusive<u64>) {
    for key in keys {
        let next = Change::Append {
            key,
            seq: 1,
            data: vec![key as u8; RECORD].into(),
        };
        store
            .commit(&[start(key, RECORD), next])
            .expect("it is committed");
    }
}

#[test]
fn the_log_stays_short_despite_many_commits_and_readers() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    // Ten times the limit of the log.
    let executions = 10 * MOST / (2 * RECORD as u64) / 4;
    let half = executions / 2;
    commit(&mut store, 1..=half);
    assert!(log(&path) < MOST, "{}", log(&path));
    // A long-running reader retains the log, but only while it reads.
    let reading = rusqlite::Connection::open(&path).expect("it opens");
    reading
        .execute_batch("BEGIN; SELECT count(*) FROM executions;")
        .expect("it runs");
    commit(&mut store, half + 1..=half + 200);
    drop(reading);
    commit(&mut store, half + 201..=executions);
    assert!(log(&path) < 2 * MOST, "{}", log(&path));
    let mut reader = SqliteReader::open(&path).expect("a reader");
    let all = everything(&mut reader);
    assert_eq!(all.len() as u64, executions);
    for (execution, records) in &all {
        let whole = vec![execution.key as u8; RECORD];
        assert!(records.len() == 2 && records.iter().all(|record| **record == whole));
    }
    drop((reader, store));
    // Closing the last connection removes the log.
    let store = SqliteStore::open(&path).expect("it opens");
    assert_eq!(everything(&mut *store.reader().expect("a reader")), all);
}
