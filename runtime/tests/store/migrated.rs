//! Files that older versions of this library wrote.

use rusqlite::Connection;
use stepwright_runtime::store::{SqliteReader, SqliteStore, Store, StoreError};

use crate::support::{child, everything, fill, map_run, place};

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
    PRAGMA application_id = 0x53747077;
    PRAGMA user_version = 1;
";

/// The tables and indexes of a file, in order.
fn schema(path: &std::path::Path) -> Vec<String> {
    let file = Connection::open(path).expect("it opens");
    let mut query = file
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        .expect("it is SQL");
    let rows = query.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

#[test]
fn a_file_of_the_first_version_is_migrated_with_all_that_it_has() {
    let (folder, path) = place();
    let newest = folder.path().join("newest.db");
    fill(&mut SqliteStore::open(&newest).expect("it opens"), 5);
    let expected = everything(&mut SqliteReader::open(&newest).expect("a reader"));
    let file = Connection::open(&path).expect("it opens");
    let copy = "
        ATTACH ? AS newest;
        INSERT INTO executions SELECT key, arn, name, machine, machine_hash, status, started, stopped FROM newest.executions;
        INSERT INTO records SELECT * FROM newest.records;";
    let copy = copy.replace('?', &format!("'{}'", newest.display()));
    file.execute_batch(&format!("{FIRST}{copy}"))
        .expect("it runs");
    drop(file);
    let refused = SqliteReader::open(&path).expect_err("a reader changes nothing");
    assert!(
        matches!(refused, StoreError::OlderVersion { found: 1, .. }),
        "{refused:?}"
    );
    let mut store = SqliteStore::open(&path).expect("it is migrated");
    let mut reader = store.reader().expect("a reader");
    assert_eq!(everything(&mut *reader), expected);
    // It takes what the first version did not know.
    store
        .commit(&[map_run(1, "run"), child(6, "run", 0)])
        .expect("they are committed");
    assert_eq!(everything(&mut *reader), expected);
    assert_eq!(reader.open_executions().expect("rows").len(), 6);
    assert_eq!(schema(&path), schema(&newest));
}
