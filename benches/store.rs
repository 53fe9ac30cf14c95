//! Durable commits per second: `cargo bench -p stepwright-benches --bench store`
//!
//! The counter is records, each of which is durable before its client continues.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::future::join_all;
use stepwright_runtime::Status;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::store::journal::Journal;
use stepwright_runtime::store::{Change, SqliteStore, Store, StoredExecution, StoredListing};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// The bytes of a record: those of a transition with a few documents.
const RECORD: usize = 208;
/// The records of an execution: its start, and one for each state after the first.
const RECORDS: u32 = 10;

fn start(key: u64) -> Change {
    let execution = StoredExecution {
        key,
        arn: format!("arn:aws:states:us-east-1:123456789012:execution:orders:o-{key}").into(),
        name: format!("o-{key}").into(),
        machine: "orders".into(),
        machine_hash: "5f70bf1886ab3ad7f6a1d2b0a0b7c1ce".into(),
        status: Status::Running,
        started: Timestamp::from_unix_micros(key as i64),
        stopped: None,
        child_of: None,
        listing: StoredListing::default(),
    };
    Change::Start {
        execution,
        data: record(),
    }
}

fn append(key: u64, seq: u32) -> Change {
    Change::Append {
        key,
        seq,
        data: record(),
    }
}

fn record() -> Bytes {
    Bytes::from(vec![7; RECORD])
}

/// Returns the changes of one record.
fn changes(key: u64, seq: u32) -> Vec<Change> {
    match seq {
        0 => vec![start(key)],
        _ if seq + 1 == RECORDS => {
            let stopped = Timestamp::from_unix_micros(key as i64);
            let status = Status::Succeeded;
            let close = Change::Close {
                key,
                status,
                stopped,
            };
            vec![append(key, seq), close]
        }
        _ => vec![append(key, seq)],
    }
}

fn open() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("bench.db")).expect("it opens");
    (folder, store)
}

/// Runs `clients` executions concurrently, each a chain of states, until `executions` have ended;
/// each record is durable before the next.
fn commit_by_journal(bencher: Bencher<'_, '_>, clients: u64, executions: u64, records: u32) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).build().expect("a tokio runtime");
    bencher
        .with_inputs(|| {
            let (folder, store) = open();
            let journal = Journal::new(Box::new(store)).expect("a thread");
            (folder, journal)
        })
        .input_counter(move |_| ItemsCount::new(executions * u64::from(records)))
        .bench_local_values(|(folder, journal)| {
            let next = Arc::new(AtomicU64::new(1));
            let clients = (0..clients).map(|_| {
                let (journal, next) = (journal.clone(), next.clone());
                runtime.spawn(async move {
                    loop {
                        let key = next.fetch_add(1, Ordering::Relaxed);
                        if key > executions {
                            return;
                        }
                        for seq in 0..records {
                            journal
                                .commit(changes(key, seq))
                                .await
                                .expect("it is durable");
                        }
                    }
                })
            });
            runtime.block_on(join_all(clients));
            (folder, journal)
        });
}

/// Executions of ten records.
#[divan::bench(args = [1, 64, 512], sample_count = 10, sample_size = 1)]
fn journal(bencher: Bencher<'_, '_>, clients: u64) {
    let executions = if clients == 1 { 200 } else { 5_000 };
    commit_by_journal(bencher, clients, executions, RECORDS);
}

/// Executions that start, 64 at a time.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn starts(bencher: Bencher<'_, '_>) {
    commit_by_journal(bencher, 64, 20_000, 1);
}

/// The store alone, without a thread and wake-ups: transactions of this number of records, each of
/// another execution.
#[divan::bench(args = [1, 32, 64], sample_count = 10, sample_size = 1)]
fn sqlite(bencher: Bencher<'_, '_>, at_once: u64) {
    let rounds = if at_once == 1 { 200 } else { 5_000 / at_once };
    bencher
        .with_inputs(open)
        .input_counter(move |_| ItemsCount::new(rounds * at_once * u64::from(RECORDS)))
        .bench_local_values(|(folder, mut store)| {
            for round in 0..rounds {
                let keys = round * at_once + 1..=(round + 1) * at_once;
                for seq in 0..RECORDS {
                    let changes: Vec<_> = keys.clone().flat_map(|key| changes(key, seq)).collect();
                    store.commit(&changes).expect("it is durable");
                }
            }
            (folder, store)
        });
}
