//! The migration to layout 2, which only these tests have.

use std::cell::Cell;

use super::*;
use crate::store::StoreReader;

/// Adds a column and a table, and writes more pages than a full disk accepts.
const LAYOUT_2: &str = "
    ALTER TABLE executions ADD COLUMN region TEXT NOT NULL DEFAULT 'local';
    CREATE TABLE notes (execution INTEGER PRIMARY KEY, data BLOB NOT NULL);
    INSERT INTO notes SELECT key, zeroblob(9000) FROM executions;
";

thread_local! {
    static HAS_LAYOUT_2: Cell<bool> = const { Cell::new(false) };
}

/// Returns the migrations of the library with layout 2, while [`with_layout_2`] runs.
pub(in crate::store::sqlite) fn added_layout() -> Option<&'static [&'static str]> {
    const MIGRATIONS: &[&str] = &[schema::LAYOUT_1, LAYOUT_2];
    HAS_LAYOUT_2.get().then_some(MIGRATIONS)
}

/// Runs a function for which layout 2 is the newest one.
fn with_layout_2<T>(run: impl FnOnce() -> T) -> T {
    HAS_LAYOUT_2.set(true);
    let result = run();
    HAS_LAYOUT_2.set(false);
    result
}

fn executions() -> BTreeSet<u64> {
    (1..=3).collect()
}

/// Returns all executions with their records.
fn content(reader: &mut dyn StoreReader) -> Vec<(StoredExecution, Vec<Bytes>)> {
    let rows = reader.list(&Default::default()).expect("rows").into_iter();
    rows.map(|row| {
        let records = reader.records(row.key).expect("records");
        (row, records)
    })
    .collect()
}

/// Opens a store as a writer and as a reader, and compacts it. Returns the errors.
fn refusals(path: &Path) -> [StoreError; 3] {
    [
        SqliteStore::open(path).expect_err("a writer is refused"),
        SqliteReader::open(path).expect_err("a reader is refused"),
        SqliteStore::compact(path).expect_err("it is not compacted"),
    ]
}

fn newer_version(path: &Path, found: i64, known: i64) -> StoreError {
    let path = path.canonicalize().expect("it exists");
    StoreError::NewerVersion { path, found, known }
}

#[test]
fn a_store_of_layout_1_is_migrated_to_layout_2_with_its_data() {
    for files in closed_and_killed() {
        let (_folder, path) = files.write();
        let before = content(&mut SqliteReader::open(&path).expect("a reader"));
        assert_eq!(before.len(), 3);
        with_layout_2(|| {
            let older = StoreError::OlderVersion {
                path: path.canonicalize().expect("it exists"),
                found: 1,
                known: 2,
            };
            assert_eq!(SqliteReader::open(&path).expect_err("it is older"), older);
            assert_eq!(SqliteStore::compact(&path).expect_err("it is older"), older);
            let mut store = SqliteStore::open(&path).expect("it is migrated");
            let mut reader = SqliteReader::open(&path).expect("it has the newest layout");
            assert_eq!(content(&mut reader), before);
            assert_eq!(reader.info().expect("counts").layout, 2);
            let notes = "SELECT count(*) FROM notes JOIN executions ON key = execution WHERE region = 'local'";
            let count: i64 = store
                .connection
                .query_row(notes, [], |row| row.get(0))
                .expect("a count");
            assert_eq!(count, 3);
            store.commit(&[start(4, 900)]).expect("it is committed");
            assert_eq!(keys(&store).len(), 4);
            drop((store, reader));
            integrity::check(&path).expect("the file is sound");
        });
        let newer = newer_version(&path, 2, 1);
        assert!(refusals(&path).iter().all(|error| *error == newer));
    }
}

#[test]
fn a_store_opens_after_a_crash_at_any_step_of_a_migration() {
    for files in closed_and_killed() {
        with_layout_2(|| crash_at_each_step(&files, &executions()));
    }
}

/// Migrates a store. Returns its files after each step.
fn migrate(before: &Files) -> Vec<Files> {
    let (_folder, path) = before.write();
    let place = StorePath { path: path.clone() };
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = connection::connect(&place, flags).expect("it opens");
    let mut files = Vec::new();
    lifecycle::begin(&connection, &place, 1, &mut |_| {
        files.push(Files::read(&path));
    })
    .expect("it begins");
    files
}

/// Returns the number of transactions in the log of a store.
fn transactions(path: &Path) -> usize {
    let log = LogFile::open(&path_of(path)).expect("it opens");
    let mut log = log.expect("a log");
    let mut count = 0;
    while let Some(frame) = log.next().expect("it is read") {
        count += usize::from(frame.is_commit);
    }
    count
}

#[test]
fn a_killed_migration_leaves_layout_1_until_its_transaction_is_complete() {
    for files in closed_and_killed() {
        let steps = with_layout_2(|| migrate(&files));
        let [begun, migrated, copied] = &steps[..] else {
            panic!("{} steps", steps.len());
        };
        let (_folder, path) = begun.write();
        let before = transactions(&path);
        let mut killed_in_layout_1 = 0;
        begun.open(&executions(), "before the migration");
        let (old, new) = (begun.log.as_deref(), migrated.log.as_deref());
        let (old, new) = (old.expect("a log"), new.expect("a log"));
        let same = old.iter().zip(new).take_while(|(old, new)| old == new);
        for end in (same.count()..new.len()).step_by(4_099) {
            let mut torn = new[..end].to_vec();
            torn.extend(old.iter().skip(end));
            let torn = Files {
                log: Some(torn),
                ..begun.clone()
            };
            let (_folder, path) = torn.write();
            let at = format!("{end} bytes of the log");
            if transactions(&path) == before {
                torn.open(&executions(), &at);
                killed_in_layout_1 += 1;
            } else {
                // SQLite writes the last frame again, up to the end of a sector.
                with_layout_2(|| torn.open(&executions(), &at));
            }
        }
        assert!(killed_in_layout_1 > 10);
        for files in [migrated, copied] {
            let (_folder, path) = files.write();
            let newer = newer_version(&path, 2, 1);
            assert!(refusals(&path).iter().all(|error| *error == newer));
        }
    }
}

#[test]
fn a_migration_on_a_full_disk_leaves_layout_1() {
    for files in closed_and_killed() {
        let (_folder, path) = files.write();
        let error = with_layout_2(|| SqliteStore::options().max_bytes(1).open(&path))
            .expect_err("the disk is full");
        assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
        Files::read(&path).open(&executions(), "after the failed migration");
        let mut store = SqliteStore::open(&path).expect("it has layout 1");
        store.commit(&[start(4, 900)]).expect("it is committed");
        drop(store);
        let migrated = with_layout_2(|| {
            let store = SqliteStore::open(&path).expect("it is migrated");
            keys(&store)
        });
        assert_eq!(migrated.len(), 4);
    }
}

#[test]
fn layout_3_is_refused_and_not_changed() {
    let [closed, _] = closed_and_killed();
    let (_folder, path) = closed.write();
    Connection::open(&path)
        .and_then(|file| {
            file.execute_batch("PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)")
        })
        .expect("it runs");
    let before = Files::read(&path);
    assert!(before.log.is_none());
    let newer = newer_version(&path, 3, 2);
    let refused = with_layout_2(|| refusals(&path));
    assert!(refused.iter().all(|error| *error == newer), "{refused:?}");
    let after = Files::read(&path);
    assert_eq!((after.main, after.log), (before.main, None));
}
