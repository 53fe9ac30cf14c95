//! What the disk and SQLite allow.

use std::path::Path;
use std::time::{Duration, Instant};

use stepwright_runtime::Status;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::store::{Change, SqliteStore, Store, StoreError, StoredExecution};

use crate::failure::Failure;

/// How long it is measured.
const MEASURED: Duration = Duration::from_secs(1);
/// The bytes of a record: what a transition of a small document takes.
const RECORD: usize = 300;

/// How many records a second are durable without an engine, in a file beside the store with the same settings: each commit has one
/// record of each client.
pub(super) fn records_per_second(store: &Path, clients: usize) -> Result<f64, Failure> {
    let mut path = store.as_os_str().to_owned();
    path.push("-raw");
    let measured = commit(Path::new(&path), clients as u64);
    measured.map_err(|error| Failure::Failed(error.to_string()))
}

fn commit(path: &Path, clients: u64) -> Result<f64, StoreError> {
    let mut store = SqliteStore::open(path)?;
    let data = || vec![7; RECORD].into();
    let starts: Vec<_> = (1..=clients)
        .map(|key| Change::Start {
            execution: StoredExecution {
                key,
                arn: format!("arn:aws:states:us-east-1:123456789012:execution:raw:{key}"),
                name: key.to_string(),
                machine: "raw".to_owned(),
                machine_hash: String::new(),
                status: Status::Running,
                started: Timestamp::system(),
                stopped: None,
                child_of: None,
            },
            data: data(),
        })
        .collect();
    store.commit(&starts)?;
    let began = Instant::now();
    let mut commits = 0;
    while began.elapsed() < MEASURED {
        commits += 1;
        let appends: Vec<_> = (1..=clients)
            .map(|key| Change::Append {
                key,
                seq: commits,
                data: data(),
            })
            .collect();
        store.commit(&appends)?;
    }
    let records = u64::from(commits) * clients;
    Ok((records as f64 / began.elapsed().as_secs_f64()).round())
}
