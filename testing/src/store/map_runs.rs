//! Map Runs and their children.

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, Store, StoreError, StoreFilter, StoredChild, StoredExecution, StoredListing,
    StoredMapRun,
};

use super::TestedStore;

fn execution(key: u64) -> StoredExecution {
    StoredExecution {
        key,
        arn: format!("arn:{key}").into(),
        name: format!("o-{key}").into(),
        machine: "orders".into(),
        machine_hash: "5f70bf18".into(),
        status: Status::Running,
        started: Timestamp::from_unix_micros(key as i64),
        stopped: None,
        child_of: None,
        listing: StoredListing::default(),
    }
}

fn start(key: u64) -> Change {
    Change::Start {
        execution: execution(key),
        data: Bytes::from_static(b"it starts"),
    }
}

fn closed(key: u64) -> Change {
    Change::Close {
        key,
        status: Status::Succeeded,
        stopped: Timestamp::from_unix_micros(key as i64 + 1),
    }
}

fn map_run(execution: u64, arn: &str) -> Change {
    Change::MapRun(StoredMapRun {
        arn: arn.to_owned(),
        execution,
        data: Bytes::from_static(b"it runs"),
    })
}

fn child(key: u64, map_run: &str, number: u32) -> Change {
    let child_of = StoredChild {
        map_run: map_run.to_owned(),
        number,
    };
    Change::Start {
        execution: StoredExecution {
            child_of: Some(child_of),
            ..execution(key)
        },
        data: Bytes::from_static(b"a child"),
    }
}

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
        start(1),
        map_run(1, "a"),
        map_run(1, "b"),
        child(2, "a", 0),
        child(3, "a", 1),
        child(4, "b", 0),
        map_run(3, "inner"),
        child(5, "inner", 0),
        start(6),
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

/// An execution is deleted with its Map Runs and their children, and a run belongs to one
/// execution.
///
/// # Panics
///
/// If the store does something else.
pub fn map_runs(tested: &mut impl TestedStore) {
    let mut store = tested.open(0).expect("it opens");
    check(&mut store).expect("the store reads and commits");
}
