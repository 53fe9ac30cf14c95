//! Measures the limits of the disk and of the store.

use std::time::{Duration, Instant};

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock;
use stepwright_engine::store::{Change, Store, StoreError, StoredExecution, StoredListing};

use crate::failure::Failure;
use crate::store_file;
use crate::store_place::StorePlace;

/// The duration of the measurement.
const MEASURED: Duration = Duration::from_secs(1);
/// The size of a record in bytes, similar to a transition with a small document.
const RECORD: usize = 300;

/// The number of records per execution, after which its client starts another one.
const RECORDS: u32 = 10;

/// Measures how many records per second are durable without an engine, in a store next to this one
/// with the same settings. Each commit has one record of each client.
pub(super) fn records_per_second(place: &StorePlace, clients: usize) -> Result<f64, Failure> {
    let mut store = store_file::new_writer(&place.beside())?;
    let measured = commit(&mut *store, clients);
    measured.map_err(|error| Failure::Failed(error.to_string()))
}

fn commit(store: &mut dyn Store, clients: usize) -> Result<f64, StoreError> {
    let mut last_key = 0;
    // The execution of each client, and its next record.
    let mut open = vec![(0, RECORDS); clients];
    let (began, mut commits) = (Instant::now(), 0_u64);
    while began.elapsed() < MEASURED {
        let changes: Vec<_> = open
            .iter_mut()
            .map(|(key, seq)| {
                if *seq == RECORDS {
                    last_key += 1;
                    (*key, *seq) = (last_key, 1);
                    return start(*key);
                }
                *seq += 1;
                Change::Append {
                    key: *key,
                    seq: *seq - 1,
                    data: data(),
                }
            })
            .collect();
        store.commit(&changes)?;
        commits += 1;
    }
    let records = commits * clients as u64;
    Ok((records as f64 / began.elapsed().as_secs_f64()).round())
}

fn start(key: u64) -> Change {
    Change::Start {
        execution: StoredExecution {
            key,
            arn: format!("arn:aws:states:us-east-1:123456789012:execution:raw:{key:012}").into(),
            name: format!("{key:012}").into(),
            machine: "raw".into(),
            machine_hash: "".into(),
            status: Status::Running,
            started: clock::system_time(),
            stopped: None,
            child_of: None,
            listing: StoredListing::default(),
        },
        data: data(),
    }
}

fn data() -> Bytes {
    vec![7; RECORD].into()
}
