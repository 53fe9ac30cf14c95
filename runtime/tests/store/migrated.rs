//! Files that older versions of this library wrote.

use std::path::Path;

use rusqlite::Connection;
use stepwright_runtime::Status;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::store::{
    Change, SqliteReader, SqliteStore, Store, StoreError, StoreFilter, StoreReader, StoredExecution,
};

use crate::store::support::{
    child, closed, everything, execution, fill, machine, map_run, temporary_store,
};

/// The tables of version 1, as they were released.
const FIRST: &str = "
    CREATE TABLE machines (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        type TEXT NOT NULL,
        definition TEXT NOT NULL,
        UNIQUE (name, hash)
    );
    CREATE TABLE executions (
        key INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        machine TEXT NOT NULL,
        machine_hash TEXT NOT NULL,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        stopped INTEGER
    );
    CREATE INDEX executions_open ON executions (key) WHERE status = 'RUNNING';
    CREATE INDEX executions_newest ON executions (started);
    CREATE INDEX executions_of_machine ON executions (machine, started);
    CREATE TABLE records (
        execution INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (execution, seq)
    ) WITHOUT ROWID;
";

/// The additions of version 3.
const TO_THIRD: &str = "
    CREATE TABLE activities (
        arn TEXT PRIMARY KEY,
        created INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE map_runs (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        execution INTEGER NOT NULL,
        data BLOB NOT NULL
    );
    CREATE INDEX map_runs_of_execution ON map_runs (execution);
    ALTER TABLE executions ADD COLUMN map_run INTEGER;
    ALTER TABLE executions ADD COLUMN number INTEGER;
    CREATE INDEX executions_of_map_run ON executions (map_run, number) WHERE map_run IS NOT NULL;
    DROP INDEX executions_newest;
    CREATE INDEX executions_newest ON executions (started) WHERE map_run IS NULL;
    DROP INDEX executions_of_machine;
    CREATE INDEX executions_of_machine ON executions (machine, started) WHERE map_run IS NULL;
";

/// Copies the rows of the newest version to the format of the first one.
const COPY: &str = "
    INSERT INTO executions (key, arn, name, machine, machine_hash, status, started, stopped)
        SELECT key, arn, one.name, version.name, hash, status, started, stopped
        FROM newest.executions AS one JOIN newest.versions AS version ON version.id = one.version;
    INSERT INTO records SELECT key, 0, data, checksum FROM newest.executions WHERE data IS NOT NULL;
    INSERT INTO records SELECT execution, seq, data, checksum FROM newest.records;
";

/// Makes a file of an older version from one of the newest.
fn make(path: &Path, version: u32, newest: &Path, statements: &str) {
    let file = Connection::open(path).expect("it opens");
    let attach = format!("ATTACH '{}' AS newest;", newest.display());
    let mark = format!(
        "PRAGMA application_id = 0x53747077; PRAGMA user_version = {version}; DETACH newest;"
    );
    file.execute_batch(&format!("{attach}{statements}{mark}"))
        .expect("it runs");
}

/// The tables and indexes of a file, in order.
fn schema(path: &Path) -> Vec<String> {
    let file = Connection::open(path).expect("it opens");
    let mut query = file
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .expect("it is SQL");
    let rows = query.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

#[test]
fn a_file_of_the_first_version_is_migrated_without_loss() {
    let (folder, path) = temporary_store();
    let newest = folder.path().join("newest.db");
    fill(&mut SqliteStore::open(&newest).expect("it opens"), 5);
    let expected = everything(&mut SqliteReader::open(&newest).expect("a reader"));
    make(&path, 1, &newest, &format!("{FIRST}{COPY}"));
    let refused = SqliteReader::open(&path).expect_err("a reader changes nothing");
    assert!(
        matches!(refused, StoreError::OlderVersion { found: 1, .. }),
        "{refused:?}"
    );
    let mut store = SqliteStore::open(&path).expect("it is migrated");
    let mut reader = store.reader().expect("a reader");
    assert_eq!(everything(&mut *reader), expected);
    // It accepts data that the first version did not support.
    store
        .commit(&[map_run(1, "run"), child(6, "run", 0)])
        .expect("they are committed");
    assert_eq!(everything(&mut *reader), expected);
    assert_eq!(reader.open_executions().expect("rows").len(), 6);
    assert_eq!(schema(&path), schema(&newest));
}

/// Returns an execution of a version, with a first record of this number of bytes.
fn started(key: u64, machine: &str, hash: &str, bytes: usize) -> Change {
    let execution = StoredExecution {
        machine: machine.into(),
        machine_hash: hash.into(),
        ..execution(key)
    };
    let data = vec![key as u8; bytes].into();
    Change::Start { execution, data }
}

/// Returns everything that a reader returns of a file, independent of where its records are stored.
fn told(reader: &mut dyn StoreReader) -> impl PartialEq + std::fmt::Debug + use<> {
    let of_machine = |machine: &str| StoreFilter {
        machine: Some(machine.to_owned()),
        ..StoreFilter::default()
    };
    let of_run = StoreFilter {
        map_run: Some("run".to_owned()),
        ..StoreFilter::default()
    };
    let filters = [of_machine("orders"), of_machine("returns"), of_run];
    let lists = filters.map(|filter| reader.list(&filter).expect("rows"));
    let hashes = ["a", "b", "c", "d"];
    (
        everything(reader),
        lists,
        reader.open_executions().expect("rows"),
        reader.closed(None, 100).expect("rows"),
        reader
            .closed(Some(Timestamp::from_unix_micros(5)), 100)
            .expect("rows"),
        (reader.closed_count(), reader.last_key()),
        hashes.map(|hash| reader.has_executions_of(hash)),
        (reader.machines(), reader.map_runs(1), reader.map_run("run")),
    )
}

#[test]
fn a_file_of_the_third_version_is_migrated_without_loss() {
    let (folder, path) = temporary_store();
    let newest = folder.path().join("newest.db");
    let mut store = SqliteStore::open(&newest).expect("it opens");
    let next = |key, seq, bytes| Change::Append {
        key,
        seq,
        data: vec![seq as u8; bytes].into(),
    };
    store
        .commit(&[
            Change::Machine(machine()),
            started(1, "orders", "a", 10),
            started(2, "returns", "c", 5_000),
            started(3, "orders", "b", 100_000),
            started(4, "returns", "a", 0),
            map_run(1, "run"),
            child(5, "run", 0),
            next(2, 1, 7),
            next(1, 1, 300),
            next(1, 2, 20_000),
            closed(2),
            closed(4),
        ])
        .expect("they are committed");
    let copy = format!(
        "{FIRST}{TO_THIRD}{COPY}
         UPDATE executions SET (map_run, number) = (SELECT map_run, number FROM newest.executions AS one WHERE one.key = executions.key);
         INSERT INTO machines SELECT * FROM newest.machines;
         INSERT INTO map_runs SELECT * FROM newest.map_runs;"
    );
    make(&path, 3, &newest, &copy);
    let mut migrated = SqliteStore::open(&path).expect("it is migrated");
    // Both behave the same from now on.
    for store in [&mut store, &mut migrated] {
        store
            .commit(&[
                next(3, 1, 10),
                next(4, 1, 10),
                next(1, 3, 10),
                started(6, "returns", "d", 10),
                started(7, "orders", "a", 10),
                Change::Close {
                    key: 3,
                    status: Status::TimedOut,
                    stopped: Timestamp::from_unix_micros(4),
                },
            ])
            .expect("they are committed");
        let again = store.commit(&[next(2, 1, 7)]);
        assert!(
            matches!(again, Err(StoreError::Conflict { .. })),
            "{again:?}"
        );
    }
    let read = |path| told(&mut SqliteReader::open(path).expect("a reader"));
    assert_eq!(read(&path), read(&newest));
    assert_eq!(schema(&path), schema(&newest));
}
