//! Files of a store that are deleted or replaced while it is open.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use stepwright_engine::store::{SqliteReader, SqliteStore, Store, StoreError};

use crate::store::continuity::suffixed;
use crate::store::support::{everything, fill, start, temporary_store};

/// Creates a store, applies this to its files, and checks that it is detected without a commit, by
/// a commit and by a probe.
fn assert_detected(file: &str, replace: impl Fn(&Path)) {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 3);
    store.check().expect("nothing has changed");
    let victim = suffixed(&path, file);
    replace(&victim);
    for found in [store.commit(&[start(4, 10)]), store.check(), store.probe()] {
        let error = found.expect_err("it is noticed");
        assert!(matches!(error, StoreError::Replaced { .. }), "{error:?}");
        assert!(error.is_lasting());
        let message = error.to_string();
        let name = victim.to_string_lossy();
        assert!(message.contains(&*name), "{message}");
    }
    // The store does not touch the files that are at the paths now.
    let content = || ["", "-wal"].map(|suffix| fs::read(suffixed(&path, suffix)).ok());
    let before = content();
    drop(store);
    assert_eq!(content(), before);
}

#[test]
fn a_deleted_file_or_log_is_detected() {
    for file in ["", "-wal"] {
        assert_detected(file, |path| fs::remove_file(path).expect("it is there"));
    }
}

#[test]
fn a_moved_file_or_log_is_detected() {
    for file in ["", "-wal"] {
        assert_detected(file, |path| {
            fs::rename(path, suffixed(path, ".moved")).expect("it moves");
        });
    }
}

#[test]
fn a_file_or_log_replaced_by_a_copy_is_detected() {
    for file in ["", "-wal"] {
        assert_detected(file, |path| {
            let copy = suffixed(path, ".copy");
            fs::copy(path, &copy).expect("a copy");
            fs::rename(&copy, path).expect("it moves");
        });
    }
}

#[test]
fn a_store_that_is_moved_back_commits_again() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 2);
    let moved = suffixed(&path, ".moved");
    fs::rename(&path, &moved).expect("it moves");
    store.check().expect_err("it is noticed");
    fs::rename(&moved, &path).expect("it moves");
    store.check().expect("it is there again");
    store.commit(&[start(3, 10)]).expect("it is committed");
    drop(store);
    assert_eq!(
        everything(&mut SqliteReader::open(&path).expect("a reader")).len(),
        3
    );
}
