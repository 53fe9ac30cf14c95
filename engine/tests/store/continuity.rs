//! A file and a log that do not belong together, as operators may produce with `cp`, `mv` and `rm`.

use std::fs;
use std::path::{Path, PathBuf};

use stepwright_engine::store::{
    Recovery, SqliteReader, SqliteStore, Store, StoreError, StoreReader,
};

use crate::store::child::Committer;
use crate::store::support::{everything, fill, start, temporary_store};

pub(crate) fn suffixed(store: &Path, suffix: &str) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Copies the files of a store that is open, or was killed.
fn copy(from: &Path, to: &Path, suffixes: &[&str]) {
    for suffix in suffixes {
        fs::copy(suffixed(from, suffix), suffixed(to, suffix)).expect("a copy");
    }
}

fn count(path: &Path) -> usize {
    everything(&mut SqliteReader::open(path).expect("a reader")).len()
}

/// Checks that neither an engine nor a reader opens the store, and that it is unchanged. Returns
/// the error.
fn refused(path: &Path) -> StoreError {
    let content = || ["", "-wal"].map(|suffix| fs::read(suffixed(path, suffix)).ok());
    let before = content();
    let by_reader = SqliteReader::open(path).expect_err("a reader is refused");
    let by_engine = SqliteStore::open(path).expect_err("an engine is refused");
    assert_eq!(by_reader, by_engine);
    assert_eq!(content(), before);
    by_engine
}

fn assert_foreign_log(error: &StoreError, why: &str) {
    assert!(matches!(error, StoreError::ForeignLog { .. }), "{error:?}");
    let message = error.to_string();
    for text in [why, "orders.db-wal", "stepwright store restore"] {
        assert!(message.contains(text), "{text}: {message}");
    }
}

/// The files of a store that was killed: its file, its log, and three executions in the log alone.
fn killed(folder: &Path) -> PathBuf {
    let path = folder.join("running.db");
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 3);
    let killed = folder.join("killed.db");
    copy(&path, &killed, &["", "-wal"]);
    drop(store);
    killed
}

#[test]
fn a_closed_store_leaves_one_file_with_all_commits() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 3);
    assert!(suffixed(&path, "-wal").exists());
    drop(store);
    for suffix in ["-wal", "-shm", "-journal"] {
        assert!(!suffixed(&path, suffix).exists(), "{suffix}");
    }
    assert_eq!(count(&path), 3);
}

#[test]
fn the_last_reader_removes_the_log_of_a_closed_store() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 3);
    let (mut first, second) = (store.reader().expect("a reader"), store.reader());
    assert_eq!(first.last_key(), Ok(3));
    drop(store);
    let log = suffixed(&path, "-wal");
    assert_eq!(log.metadata().expect("a log").len(), 0);
    drop(first);
    drop(second);
    assert!(!log.exists() && !suffixed(&path, "-shm").exists());
    // A reader of a closed store leaves nothing behind, either.
    assert_eq!(count(&path), 3);
    assert!(!log.exists() && !suffixed(&path, "-shm").exists());
}

#[test]
fn a_reader_removes_no_log_of_an_engine() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    drop(store.reader().expect("a reader"));
    fill(&mut store, 3);
    drop(SqliteReader::open(&path).expect("a reader"));
    store.check().expect("all files are there");
    store.commit(&[start(4, 10)]).expect("it is committed");
    drop(store);
    assert_eq!(count(&path), 4);
}

#[test]
fn a_backup_next_to_the_log_of_the_store_is_refused() {
    let (folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 2);
    let backup = folder.path().join("backup.db");
    store
        .reader()
        .and_then(|mut reader| reader.backup(&backup))
        .expect("a backup");
    fill_from(&mut store, 3, 5);
    let mixed = folder.path().join("orders.db-wal.kept");
    fs::copy(suffixed(&path, "-wal"), &mixed).expect("a copy");
    drop(store);
    fs::copy(&backup, &path).expect("it is put in place");
    fs::rename(&mixed, suffixed(&path, "-wal")).expect("it is there");
    assert_foreign_log(
        &refused(&path),
        "another epoch of the store, or another store",
    );
}

fn fill_from(store: &mut SqliteStore, from: u64, to: u64) {
    for key in from..=to {
        store.commit(&[start(key, 500)]).expect("it is committed");
    }
}

#[test]
fn an_older_copy_of_the_file_next_to_the_log_of_a_later_session_is_refused() {
    let (folder, path) = temporary_store();
    fill(&mut SqliteStore::open(&path).expect("it opens"), 2);
    let old = folder.path().join("old.db");
    fs::copy(&path, &old).expect("a copy");
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill_from(&mut store, 3, 5);
    fs::copy(suffixed(&path, "-wal"), suffixed(&old, "-wal")).expect("a copy");
    drop(store);
    let error = SqliteStore::open(&old).expect_err("it is refused");
    assert!(matches!(error, StoreError::ForeignLog { .. }), "{error:?}");
}

#[test]
fn an_older_copy_of_the_file_next_to_the_log_of_the_same_session_is_refused() {
    let (folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    let old = folder.path().join("orders-old.db");
    fs::copy(&path, &old).expect("a copy");
    // The log restarts several times.
    for key in 1..=700 {
        store
            .commit(&[start(key, 100_000)])
            .expect("it is committed");
    }
    let wal = suffixed(&old, "-wal");
    fs::copy(suffixed(&path, "-wal"), &wal).expect("a copy");
    let error = SqliteStore::open(&old).expect_err("it is refused");
    let why = "the store's file is older than the changes that the log continues";
    assert!(error.to_string().contains(why), "{error}");
    // The current file belongs to the log.
    copy(&path, &old, &["", "-wal"]);
    drop(store);
    assert_eq!(count(&old), 700);
}

#[test]
fn another_file_or_no_file_next_to_a_log_is_refused() {
    let (folder, path) = temporary_store();
    let killed = killed(folder.path());
    fill(&mut SqliteStore::open(&path).expect("it opens"), 9);
    copy(&killed, &path, &["-wal"]);
    assert_foreign_log(
        &refused(&path),
        "another epoch of the store, or another store",
    );

    for is_empty in [true, false] {
        if is_empty {
            fs::write(&path, "").expect("a file")
        } else {
            fs::remove_file(&path).expect("it is there")
        }
        let before = fs::read(suffixed(&path, "-wal")).expect("a log");
        let error = SqliteStore::open(&path).expect_err("it is refused");
        assert_foreign_log(&error, "the store's file is missing or empty");
        assert_eq!(SqliteStore::recover(&path), Err(error));
        assert_eq!(fs::read(suffixed(&path, "-wal")).expect("a log"), before);
    }
}

#[test]
fn a_file_copied_from_an_open_store_without_its_log_is_refused() {
    let (folder, path) = temporary_store();
    let killed = killed(folder.path());
    copy(&killed, &path, &[""]);
    let check = |path: &Path| {
        let error = refused(path);
        assert!(matches!(error, StoreError::MissingLog { .. }), "{error:?}");
        let message = error.to_string();
        for text in ["orders.db-wal", "store restore", "store recover"] {
            assert!(message.contains(text), "{text}: {message}");
        }
    };
    check(&path);
    // An empty log counts as missing: SQLite never empties that of an open store.
    fs::write(suffixed(&path, "-wal"), "").expect("a file");
    check(&path);
    copy(&killed, &path, &["-wal"]);
    assert_eq!(count(&path), 3);
}

#[test]
fn a_killed_store_can_be_opened_and_moved() {
    let (folder, path) = temporary_store();
    let killed = killed(folder.path());
    copy(&killed, &path, &["", "-wal"]);
    // Readers change nothing, and remove no log.
    for _ in 0..2 {
        assert_eq!(count(&path), 3);
    }
    let moved = folder.path().join("moved.db");
    for suffix in ["", "-wal"] {
        fs::rename(suffixed(&path, suffix), suffixed(&moved, suffix)).expect("it moves");
    }
    drop(SqliteStore::open(&moved).expect("it opens"));
    assert_eq!(count(&moved), 3);
}

#[test]
fn recovery_uses_the_file_without_its_log_and_preserves_the_log() {
    let (folder, path) = temporary_store();
    let killed = killed(folder.path());
    assert_eq!(SqliteStore::recover(&killed), Ok(Recovery::NotNeeded));
    copy(&killed, &path, &[""]);
    assert_eq!(SqliteStore::recover(&path), Ok(Recovery::WithoutLog));
    assert_eq!(SqliteStore::recover(&path), Ok(Recovery::NotNeeded));
    // The three were in the log.
    assert_eq!(count(&path), 0);

    fill(&mut SqliteStore::open(&path).expect("it opens"), 9);
    copy(&killed, &path, &["-wal"]);
    let log = fs::read(suffixed(&path, "-wal")).expect("a log");
    let Ok(Recovery::LogMovedAside { log: aside }) = SqliteStore::recover(&path) else {
        panic!("the log is foreign");
    };
    assert_eq!(fs::read(&aside).expect("the log"), log);
    assert!(!suffixed(&path, "-wal").exists());
    assert_eq!(count(&path), 9);
    drop(SqliteStore::open(&path).expect("it opens"));
}

#[test]
fn recovery_refuses_a_damaged_file_and_an_open_store() {
    let (folder, path) = temporary_store();
    let killed = killed(folder.path());
    let store = SqliteStore::open(&path).expect("it opens");
    let error = SqliteStore::recover(&path).expect_err("it is in use");
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    drop(store);
    copy(&killed, &path, &[""]);
    let mut bytes = fs::read(&path).expect("a file");
    let half = bytes.len() / 2;
    bytes[half..].fill(0xA5);
    fs::write(&path, &bytes).expect("a file");
    let error = SqliteStore::recover(&path).expect_err("it is damaged");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert_eq!(fs::read(&path).expect("a file"), bytes);
    let missing = folder.path().join("missing.db");
    assert!(SqliteStore::recover(&missing).is_err());
    assert!(!suffixed(&missing, ".lock").exists());
}

/// Kills a process that opens the store, commits some changes and closes it, repeatedly.
#[test]
fn a_store_opens_after_a_kill_while_it_was_opened_or_closed() {
    let (_folder, path) = temporary_store();
    let mut acknowledged = 0;
    for round in 0..40_u64 {
        let mut child = Committer::start_test("opens_and_closes_until_killed", &path);
        acknowledged = acknowledged.max(child.next().expect("it commits"));
        std::thread::sleep(std::time::Duration::from_micros(round * 617));
        acknowledged = child.kill().into_iter().fold(acknowledged, u64::max);
        let mut reader =
            SqliteReader::open(&path).unwrap_or_else(|error| panic!("round {round}: {error}"));
        let last = reader.last_key().expect("a key");
        assert!(
            last >= acknowledged,
            "round {round}: {acknowledged} is lost"
        );
        // In every other round the next process finds the state after the kill.
        if round % 2 == 0 {
            drop(reader);
            let store = SqliteStore::open(&path);
            store.unwrap_or_else(|error| panic!("round {round}: {error}"));
            assert!(!suffixed(&path, "-wal").exists());
        }
    }
    // Each round commits at least once.
    assert!(acknowledged >= 40, "{acknowledged}");
}

#[test]
fn an_emptied_file_is_no_new_store_and_a_deleted_one_is() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("a store");
    fill(&mut store, 3);
    drop(store);
    fs::write(&path, "").expect("there is room");
    let error = refused(&path);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.contains("delete the file"), "{message}");
    fs::remove_file(&path).expect("it is there");
    drop(SqliteStore::open(&path).expect("a new store"));
    assert_eq!(count(&path), 0);
}
