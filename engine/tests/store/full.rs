use stepwright_engine::store::journal::Journal;
use stepwright_engine::store::{Change, SqliteStore, Store, StoreError};

use crate::store::support::{closed, everything, start, temporary_store};

/// Commits until the store is full, and returns the key for which there was no space.
fn fill_up(store: &mut SqliteStore) -> u64 {
    for key in 1.. {
        match store.commit(&[
            start(key, 3_000),
            Change::Append {
                key,
                seq: 1,
                data: vec![7; 9_000].into(),
            },
        ]) {
            Ok(()) => {}
            Err(StoreError::Full { .. }) => return key,
            Err(other) => panic!("{other}"),
        }
    }
    unreachable!("there is a limit")
}

#[test]
fn a_full_store_loses_no_data_and_commits_again_after_deletions() {
    let (_folder, path) = temporary_store();
    let options = SqliteStore::options().max_bytes(1 << 20);
    let mut store = options.open(&path).expect("it opens");
    let key = fill_up(&mut store);
    assert!(key > 20, "{key}");
    let mut reader = store.reader().expect("a reader");
    let before = everything(&mut *reader);
    assert_eq!(before.len() as u64, key - 1);
    assert!(before.iter().all(|(_, records)| records.len() == 2));

    store
        .commit(&[closed(1), Change::Delete { key: 1 }])
        .and_then(|()| store.commit(&[closed(2), Change::Delete { key: 2 }]))
        .expect("it makes room");
    store.commit(&[start(key, 3_000)]).expect("there is room");
    drop((reader, store));

    let store = SqliteStore::open(&path).expect("it opens");
    assert_eq!(
        everything(&mut *store.reader().expect("a reader")).len() as u64,
        key - 2
    );
    assert!(path.metadata().expect("a file").len() <= 1 << 20);
}

#[test]
fn a_journal_of_a_full_store_commits_again_after_deletions() {
    let (_folder, path) = temporary_store();
    let options = SqliteStore::options().max_bytes(1 << 20);
    let mut store = options.open(&path).expect("it opens");
    let key = fill_up(&mut store);
    let journal = Journal::new(Box::new(store)).expect("a thread");
    let submitted = |change| journal.commit(vec![change]).wait();
    let error = submitted(start(key, 60_000)).expect_err("there is no room");
    assert!(
        error
            .to_string()
            .contains("free space, delete executions or raise the limit"),
        "{error}"
    );
    submitted(closed(1)).expect("this needs none");
    submitted(Change::Delete { key: 1 }).expect("this needs none");
    submitted(start(key, 3_000)).expect("there is room");
}
