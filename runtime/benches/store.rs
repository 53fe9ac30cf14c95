//! How many commits are durable in a second: `cargo bench -p stepwright-runtime --features sqlite --bench store`
//!
//! The counter is records, each of which is durable before its client goes on.

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::future::join_all;
use stepwright_runtime::Status;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::store::journal::Journal;
use stepwright_runtime::store::{Change, SqliteStore, Store, StoredExecution};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// The bytes of a record: what a transition of a few documents takes.
const RECORD: usize = 208;
/// The records of one client in one sample.
const RECORDS: u32 = 500;

fn start(key: u64) -> Change {
    let execution = StoredExecution {
        key,
        arn: format!("arn:aws:states:us-east-1:123456789012:execution:orders:o-{key}"),
        name: format!("o-{key}"),
        machine: "orders".to_owned(),
        machine_hash: "5f70bf1886ab3ad7f6a1d2b0a0b7c1ce".to_owned(),
        status: Status::Running,
        started: Timestamp::from_unix_micros(key as i64),
        stopped: None,
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

/// A new store in a new folder, with executions 1 to `clients`.
fn store(clients: u64) -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = SqliteStore::open(folder.path().join("bench.db")).expect("it opens");
    let starts: Vec<_> = (1..=clients).map(start).collect();
    store.commit(&starts).expect("they start");
    (folder, store)
}

/// Clients that commit one record after the other, each a tokio task of its own on two workers.
#[divan::bench(args = [1, 64, 512], sample_count = 10, sample_size = 1)]
fn journal(bencher: Bencher<'_, '_>, clients: u64) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).build().expect("a tokio runtime");
    bencher
        .with_inputs(|| {
            let (folder, store) = store(clients);
            (folder, Journal::new(Box::new(store)).expect("a thread"))
        })
        .input_counter(move |_| ItemsCount::new(clients * u64::from(RECORDS)))
        .bench_local_values(|(folder, journal)| {
            let client = |key| {
                let journal = journal.clone();
                runtime.spawn(async move {
                    for seq in 1..=RECORDS {
                        journal
                            .commit(vec![append(key, seq)])
                            .await
                            .expect("it is durable");
                    }
                })
            };
            runtime.block_on(join_all((1..=clients).map(client)));
            (folder, journal)
        });
}

/// Executions that start, 64 clients at once.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn starts(bencher: Bencher<'_, '_>) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).build().expect("a tokio runtime");
    bencher
        .with_inputs(|| {
            let (folder, store) = store(0);
            (folder, Journal::new(Box::new(store)).expect("a thread"))
        })
        .input_counter(|_| ItemsCount::new(64 * u64::from(RECORDS)))
        .bench_local_values(|(folder, journal)| {
            let client = |client: u64| {
                let journal = journal.clone();
                runtime.spawn(async move {
                    for n in 1..=u64::from(RECORDS) {
                        let key = client * 1_000_000 + n;
                        journal
                            .commit(vec![start(key)])
                            .await
                            .expect("it is durable");
                    }
                })
            };
            runtime.block_on(join_all((1..=64).map(client)));
            (folder, journal)
        });
}

/// The store alone, without a thread and wake-ups: transactions of so many records.
#[divan::bench(args = [1, 32, 64], sample_count = 10, sample_size = 1)]
fn sqlite(bencher: Bencher<'_, '_>, records: u64) {
    bencher
        .with_inputs(|| store(records))
        .input_counter(move |_| ItemsCount::new(records * u64::from(RECORDS)))
        .bench_local_values(|(folder, mut store)| {
            for seq in 1..=RECORDS {
                let changes: Vec<_> = (1..=records).map(|key| append(key, seq)).collect();
                store.commit(&changes).expect("it is durable");
            }
            (folder, store)
        });
}
