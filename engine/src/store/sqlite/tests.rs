//! The steps of opening and closing a store, with a crash after each of them.

#[cfg(unix)]
mod damaged_log;
pub(super) mod migration;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use rusqlite::Connection;
use tempfile::TempDir;

use super::log::lock::Lock;
use super::log::log_file::{LogFile, path_of, with_suffix};
use super::log::log_watch::LogWatch;
use super::maintenance::compact;
use super::maintenance::integrity;
use super::schema::{self, FileContent};
use super::session::{self, Session};
use super::store_path::StorePath;
use super::{SqliteReader, SqliteStore, connection, lifecycle, write};
use crate::Status;
use crate::clock::Timestamp;
use crate::store::{Change, Store, StoreError, StoreReader, StoredExecution, StoredListing};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    (folder, path)
}

fn start(key: u64, bytes: usize) -> Change {
    let execution = StoredExecution {
        key,
        arn: format!("arn:{key}").into(),
        name: format!("o-{key}").into(),
        machine: "orders".into(),
        machine_hash: "5f70bf18".into(),
        status: Status::Running,
        started: Timestamp::from_unix_micros(1),
        stopped: None,
        child_of: None,
        listing: StoredListing::default(),
    };
    Change::Start {
        execution,
        data: Bytes::from(vec![1; bytes]),
    }
}

fn keys(store: &SqliteStore) -> BTreeSet<u64> {
    let mut reader = store.reader().expect("a reader");
    let rows = reader.list(&Default::default()).expect("rows");
    rows.iter().map(|row| row.key).collect()
}

/// The bytes of a store's file, of its log, if there is one, and of its lock with the mark of the
/// log.
#[derive(Clone)]
struct Files {
    main: Vec<u8>,
    log: Option<Vec<u8>>,
    lock: Option<Vec<u8>>,
}

impl Files {
    fn read(path: &Path) -> Self {
        Self {
            main: fs::read(path).unwrap_or_default(),
            log: fs::read(path_of(path)).ok(),
            lock: fs::read(with_suffix(path, ".lock")).ok(),
        }
    }

    fn write(&self) -> (TempDir, PathBuf) {
        let (folder, path) = folder();
        fs::write(&path, &self.main).expect("a file");
        if let Some(log) = &self.log {
            fs::write(path_of(&path), log).expect("a file");
        }
        if let Some(lock) = &self.lock {
            fs::write(with_suffix(&path, ".lock"), lock).expect("a file");
        }
        (folder, path)
    }

    /// Opens a store with these files. It has the executions, and can be opened again.
    fn open(&self, expected: &BTreeSet<u64>, at: &str) {
        let (_folder, path) = self.write();
        for _ in 0..2 {
            let store = SqliteStore::open(&path).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(keys(&store), *expected, "{at}");
        }
        integrity::check(&path).unwrap_or_else(|error| panic!("{at}: {error}"));
    }

    /// Opens a store in a state that a crash may leave between these files and later ones: some
    /// pages of the file, or a part of the log, are written.
    fn open_between(&self, later: &Self, expected: &BTreeSet<u64>, at: &str) {
        const PAGE: usize = 8_192;
        self.open(expected, at);
        later.open(expected, at);
        let pages = later.main.len().max(self.main.len()) / PAGE;
        let page = |bytes: &[u8], index: usize| -> Vec<u8> {
            let page = bytes.get(index * PAGE..).unwrap_or_default();
            page[..page.len().min(PAGE)].to_vec()
        };
        // A checkpoint writes the pages in order, after the log is complete.
        let log = match (&self.log, &later.log) {
            (Some(old), Some(new)) if old.len() > new.len() => Some(old),
            (Some(old), None) => Some(old),
            (_, new) => new.as_ref(),
        };
        let differs = |index: &usize| page(&self.main, *index) != page(&later.main, *index);
        for written in (0..pages).filter(differs) {
            let main = (0..pages)
                .flat_map(|index| {
                    if index < written {
                        page(&later.main, index)
                    } else {
                        page(&self.main, index)
                    }
                })
                .collect();
            let files = Self {
                main,
                log: log.cloned(),
                lock: self.lock.clone(),
            };
            files.open(expected, &format!("{at}, {written} pages"));
        }
        // The log is written from its beginning, or at its end, and synced before the file is
        // written to.
        if let Some(log) = &later.log
            && self.main == later.main
        {
            let old = self.log.as_deref().unwrap_or_default();
            let same = old.iter().zip(log).take_while(|(old, new)| old == new);
            for end in (same.count()..log.len()).step_by(5_003) {
                let mut torn = log[..end].to_vec();
                torn.extend(old.iter().skip(end));
                let files = Self {
                    main: self.main.clone(),
                    log: Some(torn),
                    lock: self.lock.clone(),
                };
                files.open(expected, &format!("{at}, {end} bytes of the log"));
            }
        }
    }
}

/// Runs the steps of opening and closing a store, and tries all states in which a crash may leave
/// the files.
fn crash_at_each_step(before: &Files, expected: &BTreeSet<u64>) {
    let (_folder, path) = before.write();
    let place = StorePath { path: path.clone() };
    let mut last = before.clone();
    let mut step = |at: &str| {
        let now = Files::read(&path);
        last.open_between(&now, expected, at);
        last = now;
    };
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = connection::connect(&place, flags).expect("it opens");
    connection::sync_fully(&connection).expect("it runs");
    let from = match schema::find(&connection, &place).expect("a store") {
        FileContent::Version(version) => version,
        FileContent::Nothing => 0,
    };
    let lock = Lock::take(&path).expect("it is free");
    let transact = |work: &dyn Fn() -> Result<(), rusqlite::Error>| {
        write::transact(&connection, &place, || {
            work().map_err(|error| place.error("work", error))
        })
        .expect("it is committed");
    };
    step("opened");
    let is_copied = lifecycle::begin(&connection, &place, from, &mut step).expect("it begins");
    let session = Session::read(&connection)
        .expect("it is read")
        .expect("a row");
    let mut watch =
        LogWatch::new(&connection, &place, &lock, session.epoch, is_copied).expect("a log");
    step("the log is marked");
    transact(&|| session::advance_with_header(&connection));
    step("the log begins anew");
    assert_eq!(watch.committed(&connection, &place, &lock), Ok(true));
    step("the new log is marked");
    transact(&|| session::advance(&connection));
    step("a commit follows");
    lifecycle::end(&connection, &place, &mut step).expect("it ends");
    drop(connection);
    step("closed");
    assert!(last.log.is_none());
}

#[test]
fn a_store_opens_after_a_crash_at_any_step_of_its_creation() {
    let (_folder, path) = folder();
    let connection = Connection::open(&path).expect("it opens");
    connection
        .execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;")
        .expect("it runs");
    drop(connection);
    let created = Files::read(&path);
    assert_eq!(created.main.len(), 8_192);
    crash_at_each_step(&created, &BTreeSet::new());
}

/// Returns a store that was closed cleanly, and one that was killed.
fn closed_and_killed() -> [Files; 2] {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    for key in 1..=3 {
        store.commit(&[start(key, 900)]).expect("it is committed");
    }
    let killed = Files::read(&path);
    assert!(killed.log.is_some());
    drop(store);
    let closed = Files::read(&path);
    assert!(closed.log.is_none());
    [closed, killed]
}

#[test]
fn a_store_opens_after_a_crash_at_any_step_of_opening_or_closing() {
    for files in closed_and_killed() {
        crash_at_each_step(&files, &(1..=3).collect());
    }
}

#[test]
fn a_file_without_tables_next_to_the_log_of_a_store_is_refused() {
    let [_, killed] = closed_and_killed();
    let (_folder, path) = folder();
    let connection = Connection::open(&path).expect("it opens");
    connection
        .execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;")
        .expect("it runs");
    drop(connection);
    let mixed = Files {
        main: Files::read(&path).main,
        ..killed
    };
    let (_folder, path) = mixed.write();
    let error = SqliteStore::open(&path).expect_err("it is refused");
    assert!(matches!(error, StoreError::ForeignLog { .. }), "{error:?}");
}

#[test]
fn the_session_is_read_from_its_page_in_the_log() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    for generation in [1, 127, 128, 40_000, 1 << 20, 1 << 40, i64::MAX - 2] {
        let set = format!("UPDATE session SET generation = {}", generation - 1);
        store.connection.execute_batch(&set).expect("it runs");
        store.probe().expect("it writes");
        let expected = Session::read(&store.connection).expect("a row");
        assert_eq!(expected.map(|row| row.generation), Some(generation));
        let mut log = LogFile::open(&path_of(&path))
            .expect("it opens")
            .expect("a log");
        let mut last = None;
        while let Some(frame) = log.next().expect("it is read") {
            last = Session::decode(frame.page).or(last);
        }
        assert_eq!(last, expected);
    }
}

#[test]
fn each_log_begins_with_the_session() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    let mut logs = BTreeSet::new();
    for key in 1..=400 {
        store
            .commit(&[start(key, 100_000)])
            .expect("it is committed");
        let log = fs::read(path_of(&path)).expect("a log");
        if !logs.insert(log[16..24].to_vec()) {
            continue;
        }
        // The transaction with which the log began has a row that continues the file.
        let mut log = LogFile::open(&path_of(&path))
            .expect("it opens")
            .expect("a log");
        let mut has_session = false;
        while let Some(frame) = log.next().expect("it is read") {
            has_session |= Session::decode(frame.page).is_some();
            if frame.is_commit {
                break;
            }
        }
        assert!(has_session, "log {}", logs.len());
    }
    assert!(logs.len() > 2, "{}", logs.len());
}

#[test]
fn a_log_restarted_by_another_program_gets_the_session_at_a_check() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    for key in 1..=2 {
        store.commit(&[start(key, 100)]).expect("it is committed");
    }
    store.check().expect("all files are there");
    let other = Connection::open(&path).expect("it opens");
    other
        .execute_batch("PRAGMA wal_checkpoint(RESTART)")
        .expect("it runs");
    store.commit(&[start(3, 100)]).expect("it is committed");
    let expected = (1..=3).collect();
    Files::read(&path).open(&expected, "before the check");
    store.check().expect("all files are there");
    Files::read(&path).open(&expected, "after the check");
    let mut log = LogFile::open(&path_of(&path))
        .expect("it opens")
        .expect("a log");
    let mut has_session = false;
    while let Some(frame) = log.next().expect("it is read") {
        has_session |= Session::decode(frame.page).is_some();
    }
    assert!(has_session);
}

#[test]
fn a_lock_of_another_program_is_a_temporary_error() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    let other = Connection::open(&path).expect("it opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    for attempt in 0..4 {
        store
            .connection
            .busy_timeout(Duration::from_millis(20))
            .expect("it is set");
        let refused = match attempt % 2 {
            0 => store.commit(&[start(1, 100)]),
            _ => store.probe(),
        };
        let error = refused.expect_err("it is locked");
        assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
        assert!(!error.is_lasting());
        assert!(store.connection.is_autocommit());
    }
    other.execute_batch("ROLLBACK").expect("no lock");
    store.probe().expect("it writes");
    assert!(keys(&store).is_empty());
    store.commit(&[start(1, 100)]).expect("it is committed");
    assert_eq!(keys(&store), BTreeSet::from([1]));
}

#[test]
fn a_store_that_was_opened_again_has_all_commits_and_its_readers_read_on() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    store.commit(&[start(1, 100)]).expect("it is committed");
    let mut reader = store.reader().expect("a reader");
    let mut snapshot = SqliteReader::open(&path).expect("a reader");
    snapshot.begin_snapshot().expect("it reads");
    for key in 2..50 {
        store.reconnect().expect("it is opened");
        store.commit(&[start(key, 900)]).expect("it is committed");
        store.check().expect("it is not damaged");
        assert!(reader.execution_by_key(key).expect("it reads").is_some());
    }
    assert!(snapshot.execution_by_key(2).expect("it reads").is_none());
    drop((snapshot, reader));
    drop(store);
    let store = SqliteStore::open(&path).expect("it opens");
    assert_eq!(keys(&store), (1..50).collect());
}

#[test]
fn a_connection_that_does_not_open_again_is_tried_at_the_next_commit() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    store.commit(&[start(1, 100)]).expect("it is committed");
    let moved = path.with_extension("moved");
    std::fs::rename(&path, &moved).expect("it is moved");
    store.reconnect().expect_err("there is no file");
    store
        .commit(&[start(2, 100)])
        .expect_err("there is no file");
    std::fs::rename(&moved, &path).expect("it is moved back");
    store.commit(&[start(3, 100)]).expect("it is committed");
    assert_eq!(keys(&store), BTreeSet::from([1, 3]));
}

#[test]
fn a_commit_that_fails_is_rolled_back() {
    let (_folder, path) = folder();
    let options = SqliteStore::options().max_bytes(256 << 10);
    let mut store = options.open(&path).expect("it opens");
    let error = store.commit(&[start(1, 900), start(2, 1 << 20)]);
    assert!(matches!(error, Err(StoreError::Full { .. })), "{error:?}");
    assert!(store.connection.is_autocommit());
    assert!(keys(&store).is_empty());
    store.commit(&[start(1, 900)]).expect("it is committed");
    drop(store);
    assert!(!path_of(&path).exists());
    SqliteReader::open(&path).expect("it was closed");
}

/// Compacts a store, and tries all states in which a crash may leave the files.
fn crash_at_each_step_of_compacting(before: &Files, expected: &BTreeSet<u64>) {
    let (_folder, path) = before.write();
    let place = StorePath { path: path.clone() };
    let mut last = before.clone();
    let mut names = Vec::new();
    let lock = Lock::take(&path).expect("it is free");
    let report = compact::compact(&place, &lock, &mut |at| {
        let now = Files::read(&path);
        match at {
            // The file is replaced in one step.
            "the compact copy is the store" => now.open(expected, at),
            _ => last.open_between(&now, expected, at),
        }
        last = now;
        names.push(at);
    });
    let report = report.expect("it is compacted");
    assert_eq!(names.len(), 6, "{names:?}");
    let after = Files::read(&path);
    assert!(after.log.is_none());
    assert_eq!(report.bytes_after, after.main.len() as u64);
    let log = before.log.as_ref().map_or(0, Vec::len);
    assert_eq!(report.bytes_before, (before.main.len() + log) as u64);
    after.open(expected, "compacted");
}

#[test]
fn a_crash_at_any_step_of_compacting_leaves_a_store_that_opens() {
    for files in closed_and_killed() {
        crash_at_each_step_of_compacting(&files, &(1..=3).collect());
    }
}

#[test]
fn the_log_of_the_old_file_next_to_the_compact_one_is_refused() {
    let [_, killed] = closed_and_killed();
    let (_folder, path) = killed.write();
    SqliteStore::compact(&path).expect("it is compacted");
    let mixed = Files {
        main: Files::read(&path).main,
        log: killed.log,
        lock: killed.lock,
    };
    let (_folder, path) = mixed.write();
    let error = SqliteStore::open(&path).expect_err("it is refused");
    assert!(matches!(error, StoreError::ForeignLog { .. }), "{error:?}");
}

#[test]
fn a_store_to_which_another_program_writes_while_it_is_compacted_keeps_its_file() {
    let [closed, _] = closed_and_killed();
    let (_folder, path) = closed.write();
    let place = StorePath { path: path.clone() };
    let other = Connection::open(&path).expect("it opens");
    let lock = Lock::take(&path).expect("it is free");
    let error = compact::compact(&place, &lock, &mut |at| {
        if at == "the compact copy is written" {
            other
                .execute_batch("UPDATE executions SET name = 'other'")
                .expect("it runs");
        }
    });
    let error = error.expect_err("it is refused");
    assert!(
        error.to_string().contains("another program wrote"),
        "{error}"
    );
    drop(other);
    let mut reader = SqliteReader::open(&path).expect("it opens");
    let rows = crate::store::StoreReader::list(&mut reader, &Default::default()).expect("rows");
    assert!(rows.iter().all(|row| &*row.name == "other") && rows.len() == 3);
    assert!(!super::log::log_file::with_suffix(&path, ".part").exists());
}
