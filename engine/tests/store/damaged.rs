use std::fs;
use std::path::Path;
use std::sync::Arc;

use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, OutboxQueue, SqliteReader, SqliteStore, Store, StoreError, StoreFilter, StoreReader,
    StoredExecution, StoredListing, StoredOrigin,
};

use crate::store::support::{child, closed, fill, machine, map_run, start, temporary_store};

const PAGE: usize = 8_192;
const EXECUTIONS: u64 = 300;

/// Reads and writes the whole store; returns the first error.
fn read_and_write_all(path: &Path) -> Result<(), StoreError> {
    let mut store = SqliteStore::open(path)?;
    store.commit(&[Change::Machine(machine())])?;
    let mut reader = store.reader()?;
    reader.machines()?;
    reader.open_executions()?;
    reader.list(&Default::default())?;
    reader.map_run("run")?;
    let key = EXECUTIONS + 1;
    store.commit(&[map_run(1, "run"), child(key, "run", 0)])?;
    store.commit(&[closed(key), Change::Delete { key }])?;
    use_lists(&mut store)?;
    reader.activities()?;
    reader.documents()?;
    let queue = OutboxQueue::Stops;
    store.commit(&[Change::Send {
        queue,
        data: vec![1].into(),
    }])?;
    for message in reader.outbox(queue, 0, usize::MAX)? {
        let number = message.number;
        store.commit(&[Change::DeleteMessage { queue, number }])?;
    }
    for key in 1..=EXECUTIONS {
        reader.execution(&format!("arn:{key}"))?;
        reader.map_runs(key)?;
        let records = reader.records(key)?;
        let was = vec![key as u8; 500];
        assert!(
            records.iter().all(|record| **record == was),
            "execution {key}"
        );
        store.commit(&[Change::Append {
            key,
            seq: 1,
            data: vec![1; 2_000].into(),
        }])?;
    }
    let deleted = (1..=EXECUTIONS).flat_map(|key| [closed(key), Change::Delete { key }]);
    store.commit(&deleted.collect::<Vec<_>>())
}

/// Writes and reads each index of lists.
fn use_lists(store: &mut SqliteStore) -> Result<(), StoreError> {
    let origin = StoredOrigin {
        machine: None,
        version: Some("version".into()),
        alias: Some("alias".into()),
    };
    let listing = StoredListing {
        origin: Some(Arc::new(origin)),
        redrive_count: 1,
        ..StoredListing::default()
    };
    let reopen = |key| Change::Reopen {
        key,
        listing: listing.clone(),
    };
    store.commit(&(1..=EXECUTIONS).map(reopen).collect::<Vec<_>>())?;
    let (one, two) = (EXECUTIONS + 2, EXECUTIONS + 3);
    let failed = |key| Change::Close {
        key,
        status: Status::Failed,
        stopped: Timestamp::from_unix_micros(1),
    };
    store.commit(&[
        start(one, 9),
        child(two, "run", 1),
        reopen(one),
        reopen(two),
    ])?;
    store.commit(&[failed(one), failed(two)])?;
    let mut reader = store.reader()?;
    let conditions: [fn(&mut StoreFilter); 5] = [
        |filter| filter.version = Some("version".to_owned()),
        |filter| filter.alias = Some("alias".to_owned()),
        |filter| filter.is_redriven = Some(true),
        |filter| filter.status = Some(Status::Failed),
        |filter| {
            filter.status = Some(Status::Failed);
            filter.map_run = Some("run".to_owned());
        },
    ];
    for condition in conditions {
        let mut filter = StoreFilter::default();
        condition(&mut filter);
        let rows = reader.list(&filter)?;
        let is_listed = |row: &StoredExecution| row.listing == listing;
        assert!(!rows.is_empty() && rows.iter().all(is_listed), "{filter:?}");
    }
    store.commit(&[Change::Delete { key: one }, Change::Delete { key: two }])
}

fn refill(path: &Path, bytes: &[u8]) {
    for suffix in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if Path::new(&name).exists() {
            fs::remove_file(name).expect("it is there");
        }
    }
    fs::write(path, bytes).expect("a file");
}

#[test]
fn a_lost_or_torn_page_is_an_error_with_advice() {
    let (_folder, path) = temporary_store();
    fill(&mut SqliteStore::open(&path).expect("it opens"), EXECUTIONS);
    let whole = fs::read(&path).expect("a file");
    assert!(whole.len() / PAGE > 20);
    let mut damaged = 0;
    for page in 0..whole.len() / PAGE {
        for (from, byte) in [(0, 0), (0, 0xA5), (PAGE / 2, 0)] {
            let mut bytes = whole.clone();
            bytes[page * PAGE + from..(page + 1) * PAGE].fill(byte);
            refill(&path, &bytes);
            match read_and_write_all(&path) {
                // The hole is in unused space.
                Ok(()) => assert_eq!(from, PAGE / 2, "page {page}"),
                Err(error @ StoreError::Corrupt { .. }) => {
                    assert!(error.to_string().contains("restore a backup"), "{error}");
                    damaged += 1;
                }
                Err(StoreError::NotAStore { .. }) => assert_eq!(page, 0),
                // A row whose key is damaged cannot be found by its key.
                Err(StoreError::Conflict { .. }) => assert_eq!(from, PAGE / 2, "page {page}"),
                Err(error) => panic!("page {page}, byte {byte}: {error:?}"),
            }
        }
    }
    assert!(damaged > 40, "{damaged}");
}

#[test]
fn a_record_that_is_missing_is_an_error() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 1);
    let next = |seq| Change::Append {
        key: 1,
        seq,
        data: vec![2].into(),
    };
    store
        .commit(&[next(1), next(2)])
        .expect("they are committed");
    drop(store);
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    connection
        .execute("DELETE FROM records WHERE seq = 1", [])
        .expect("it runs");
    let error = SqliteReader::open(&path)
        .expect("a reader")
        .records(1)
        .expect_err("a gap");
    assert!(
        error.to_string().contains("has a record 2 and no record 1"),
        "{error}"
    );
}

#[test]
fn invalid_column_values_are_an_error_and_do_not_hide_other_executions() {
    let (_folder, path) = temporary_store();
    fill(&mut SqliteStore::open(&path).expect("it opens"), 2);
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    for damage in [
        "status = 'SLEEPING'",
        "status = x'FF'",
        "started = 'noon'",
        "key = -1",
    ] {
        connection
            .execute(
                &format!("UPDATE executions SET {damage} WHERE arn = 'arn:1'"),
                [],
            )
            .expect("it runs");
        let mut reader = SqliteReader::open(&path).expect("a reader");
        let error = reader.execution("arn:1");
        assert!(
            matches!(error, Err(StoreError::Corrupt { .. })),
            "{damage}: {error:?}"
        );
        let listed = reader.list(&Default::default()).expect("a list");
        let open = reader.open_executions().expect("a list");
        for rows in [listed, open] {
            let keys: Vec<u64> = rows.iter().map(|row| row.key).collect();
            assert_eq!(keys, [2], "{damage}");
        }
        let unreadable = reader.unreadable_rows();
        // A row with another status is not open.
        assert_eq!(unreadable.len(), usize::from(!damage.starts_with("status")));
        connection
            .execute_batch("UPDATE executions SET status = 'RUNNING', started = 1, key = 1 WHERE arn = 'arn:1'")
            .expect("it runs");
    }
}

#[test]
fn a_changed_or_exchanged_record_is_an_error() {
    // A short first record is in the execution's row, a long one among the others.
    for (bytes, table, place_of) in [(500, "executions", "key"), (2_000, "records", "execution")] {
        for damage in [
            "data = zeroblob(length(data))".to_owned(),
            "data = x''".to_owned(),
            format!("{place_of} = 3 - {place_of}"),
        ] {
            let (_folder, path) = temporary_store();
            let mut store = SqliteStore::open(&path).expect("it opens");
            for key in [1, 2] {
                store.commit(&[start(key, bytes)]).expect("it is committed");
            }
            drop(store);
            let connection = rusqlite::Connection::open(&path).expect("it opens");
            let mut reader = SqliteReader::open(&path).expect("a reader");
            assert_eq!(reader.records(1).expect("it is whole yet").len(), 1);
            connection
                .execute_batch(&format!(
                    "DELETE FROM {table} WHERE {place_of} = 2; UPDATE {table} SET {damage}"
                ))
                .expect("it runs");
            let key = if damage.starts_with(place_of) { 2 } else { 1 };
            let error = reader.records(key).expect_err("it is damaged");
            assert!(
                error.to_string().contains("is not as it was written"),
                "{table}: {damage}: {error}"
            );
        }
    }
    for (bytes, damage) in [
        (500, "UPDATE executions SET data = NULL, checksum = NULL"),
        (2_000, "DELETE FROM records"),
    ] {
        let (_folder, path) = temporary_store();
        let mut store = SqliteStore::open(&path).expect("it opens");
        store.commit(&[start(1, bytes)]).expect("it is committed");
        let connection = rusqlite::Connection::open(&path).expect("it opens");
        connection.execute_batch(damage).expect("it runs");
        let mut reader = SqliteReader::open(&path).expect("a reader");
        let error = reader.records(1).expect_err("it is lost");
        assert!(
            error.to_string().contains("execution 1 has no record 0"),
            "{error}"
        );
    }
}

#[test]
fn orphaned_records_are_not_assigned_to_another_execution() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 2);
    let next = Change::Append {
        key: 2,
        seq: 1,
        data: vec![2].into(),
    };
    store.commit(&[next]).expect("it is committed");
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    connection
        .execute_batch("DELETE FROM executions WHERE key = 2")
        .expect("it runs");
    let mut reader = store.reader().expect("a reader");
    assert_eq!(reader.last_key(), Ok(2));
}
