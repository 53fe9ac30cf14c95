use std::path::PathBuf;

use bytes::Bytes;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, Store, StoreReader, StoredChild, StoredExecution, StoredListing, StoredMachine,
    StoredMapRun,
};
use stepwright_engine::{MachineType, Status};
use tempfile::TempDir;

/// Creates a temporary directory, and the path of a store in it.
pub(crate) fn temporary_store() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    (folder, path)
}

pub(crate) fn execution(key: u64) -> StoredExecution {
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

pub(crate) fn machine() -> StoredMachine {
    StoredMachine {
        hash: "5f70bf18".to_owned(),
        name: "orders".to_owned(),
        machine_type: MachineType::Standard,
        definition: "{}".to_owned(),
    }
}

/// Returns the change that starts an execution with a record of this number of bytes.
pub(crate) fn start(key: u64, bytes: usize) -> Change {
    let data = Bytes::from(vec![key as u8; bytes]);
    Change::Start {
        execution: execution(key),
        data,
    }
}

/// Returns the change that closes an execution.
pub(crate) fn closed(key: u64) -> Change {
    Change::Close {
        key,
        status: Status::Succeeded,
        stopped: Timestamp::from_unix_micros(key as i64 + 1),
    }
}

/// Returns the change that adds a Map Run of an execution.
pub(crate) fn map_run(execution: u64, arn: &str) -> Change {
    Change::MapRun(StoredMapRun {
        arn: arn.to_owned(),
        execution,
        data: Bytes::from_static(b"it runs"),
    })
}

/// Returns the change that starts a child of a Map Run.
pub(crate) fn child(key: u64, map_run: &str, number: u32) -> Change {
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

/// Commits this number of executions, one at a time.
pub(crate) fn fill(store: &mut dyn Store, executions: u64) {
    for key in 1..=executions {
        store.commit(&[start(key, 500)]).expect("it is committed");
    }
}

/// Returns all executions with their records.
pub(crate) fn everything(reader: &mut dyn StoreReader) -> Vec<(StoredExecution, Vec<Bytes>)> {
    let executions = reader.list(&Default::default()).expect("executions");
    let with = |row: StoredExecution| {
        let records = reader.records(row.key).expect("records");
        (row, records)
    };
    executions.into_iter().map(with).collect()
}
