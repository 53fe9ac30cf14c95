//! Map Runs and their children, in both stores.

use stepwright_engine::store::{
    Change, MemoryStore, SqliteStore, Store, StoreError, StoreFilter, StoredExecution,
};

use crate::store::support::{child, closed, map_run, start, temporary_store};

fn of_run(map_run: &str) -> StoreFilter {
    let mut filter = StoreFilter::default();
    filter.map_run = Some(map_run.to_owned());
    filter
}

fn keys(rows: Vec<StoredExecution>) -> Vec<u64> {
    let mut keys: Vec<u64> = rows.into_iter().map(|row| row.key).collect();
    keys.sort_unstable();
    keys
}

/// Returns an execution with two Map Runs, of which a child of the first has its own run, and
/// another execution with a run.
fn family() -> Vec<Change> {
    vec![
        start(1, 10),
        map_run(1, "a"),
        map_run(1, "b"),
        child(2, "a", 0),
        child(3, "a", 1),
        child(4, "b", 0),
        map_run(3, "inner"),
        child(5, "inner", 0),
        start(6, 10),
        map_run(6, "other"),
        child(7, "other", 0),
    ]
}

fn check(store: &mut dyn Store) -> Result<(), StoreError> {
    store.commit(&family())?;
    let mut reader = store.reader()?;
    assert_eq!(keys(reader.list(&StoreFilter::default())?), [1, 6]);
    assert_eq!(keys(reader.list(&of_run("a"))?), [2, 3]);
    assert_eq!(keys(reader.list(&of_run("inner"))?), [5]);
    assert_eq!(keys(reader.list(&of_run("none"))?), [0; 0]);
    assert_eq!(keys(reader.open_executions()?), [1, 2, 3, 4, 5, 6, 7]);
    let runs = reader.map_runs(1)?.into_iter().map(|run| run.arn);
    assert_eq!(runs.collect::<Vec<_>>(), ["a", "b"]);
    // A run belongs to one execution, and a child to an existing run.
    let refused = |store: &mut dyn Store, change: Change| {
        let error = store.commit(&[change]).expect_err("it does not fit");
        assert!(matches!(error, StoreError::Conflict { .. }), "{error:?}");
    };
    refused(store, map_run(6, "a"));
    refused(store, map_run(9, "new"));
    refused(store, child(8, "new", 0));
    // An execution is deleted with its runs, their children, and the data of these, as soon as all
    // of them are closed.
    for key in [1, 2, 3, 4, 5] {
        refused(store, Change::Delete { key: 1 });
        store.commit(&[closed(key)])?;
    }
    assert_eq!(keys(reader.closed(None, usize::MAX)?), [1]);
    assert_eq!(reader.closed_count()?, 1);
    store.commit(&[Change::Delete { key: 1 }])?;
    assert_eq!(reader.closed_count()?, 0);
    assert_eq!(keys(reader.open_executions()?), [6, 7]);
    for key in 1..=5 {
        assert_eq!(reader.records(key)?.len(), 0);
        assert_eq!(reader.map_runs(key)?, []);
    }
    for arn in ["a", "b", "inner"] {
        assert_eq!(reader.map_run(arn)?, None);
    }
    assert_eq!(keys(reader.list(&of_run("other"))?), [7]);
    // A single child may be deleted, too.
    store.commit(&[closed(7), Change::Delete { key: 7 }])?;
    assert_eq!(reader.map_runs(6)?.len(), 1);
    Ok(())
}

#[test]
fn an_execution_is_deleted_with_its_runs_and_their_children() {
    let (_folder, path) = temporary_store();
    check(&mut SqliteStore::open(&path).expect("it opens")).expect("a file");
    check(&mut MemoryStore::new()).expect("memory");
}
