//! Random changes have the same result in memory and in the tested store, after each commit and
//! after the store is opened again.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, ListPosition, MemoryStore, OutboxQueue, Store, StoreError, StoreFilter, StoreReader,
    StoredActivity, StoredChild, StoredDocument, StoredExecution, StoredListing, StoredMachine,
    StoredMapRun, StoredMessage, StoredOrigin,
};
use stepwright_engine::{MachineType, Status};

use super::TestedStore;

const KEYS: &[u64] = &[
    0,
    1,
    2,
    3,
    4,
    5,
    1 << 40,
    i64::MAX as u64,
    i64::MAX as u64 + 1,
    u64::MAX,
];
const TEXTS: &[&str] = &[
    "",
    "a",
    "A",
    "b",
    "a\0b",
    "'; DROP TABLE records; --",
    "%_",
    "ä",
    "\u{10FFFF}",
    "\u{FFFD}",
];
const TIMES: &[i64] = &[i64::MIN, -1, 0, 7, i64::MAX];
const STATUSES: &[Status] = &[
    Status::Running,
    Status::Succeeded,
    Status::Failed,
    Status::TimedOut,
    Status::Aborted,
];

fn key() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1_u64..6, 1 => prop::sample::select(KEYS)]
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(TEXTS).prop_map(str::to_owned)
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop::sample::select(TIMES).prop_map(Timestamp::from_unix_micros)
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(STATUSES)
}

/// Some are larger than a page.
fn data() -> impl Strategy<Value = Bytes> {
    let bytes = prop_oneof![8 => vec(any::<u8>(), 0..40), 1 => vec(any::<u8>(), 9_000..30_000)];
    bytes.prop_map(Bytes::from)
}

fn machine() -> impl Strategy<Value = StoredMachine> {
    let machine_type = prop_oneof![Just(MachineType::Standard), Just(MachineType::Express)];
    (text(), text(), machine_type, text()).prop_map(|(hash, name, machine_type, definition)| {
        StoredMachine {
            hash,
            name,
            machine_type,
            definition,
        }
    })
}

/// Most are children of the few existing runs.
fn child_of() -> impl Strategy<Value = Option<StoredChild>> {
    let child = (text(), any::<u32>());
    let child = child.prop_map(|(map_run, number)| StoredChild { map_run, number });
    prop::option::of(child)
}

fn map_run() -> impl Strategy<Value = StoredMapRun> {
    (text(), key(), data()).prop_map(|(arn, execution, data)| StoredMapRun {
        arn,
        execution,
        data,
    })
}

/// The columns of lists. The ARNs are few, so that executions share them.
fn columns() -> impl Strategy<Value = StoredListing> {
    let arn = || prop::option::of(text().prop_map(Arc::<str>::from));
    let origin = (arn(), arn(), arn()).prop_map(|(machine, version, alias)| {
        Arc::new(StoredOrigin {
            machine,
            version,
            alias,
        })
    });
    let redriven = prop::option::of(time());
    let items = prop::option::of(any::<u32>());
    (prop::option::of(origin), 0_u32..3, redriven, items).prop_map(
        |(origin, redrive_count, redriven, items)| StoredListing {
            origin,
            redrive_count,
            redriven,
            items,
        },
    )
}

fn execution() -> impl Strategy<Value = StoredExecution> {
    let stopped = prop::option::of(time());
    (
        key(),
        text(),
        text(),
        text(),
        text(),
        status(),
        time(),
        (stopped, child_of(), columns()),
    )
        .prop_map(
            |(key, arn, name, machine, machine_hash, status, started, rest)| {
                let (stopped, child_of, listing) = rest;
                StoredExecution {
                    key,
                    arn: arn.into(),
                    name: name.into(),
                    machine: machine.into(),
                    machine_hash: machine_hash.into(),
                    status,
                    started,
                    stopped,
                    child_of,
                    listing,
                }
            },
        )
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => machine().prop_map(Change::Machine),
        3 => map_run().prop_map(Change::MapRun),
        6 => (execution(), data()).prop_map(|(execution, data)| Change::Start { execution, data }),
        6 => (key(), 0_u32..4, data()).prop_map(|(key, seq, data)| Change::Append { key, seq, data }),
        2 => (key(), status(), time())
            .prop_map(|(key, status, stopped)| Change::Close { key, status, stopped }),
        2 => (key(), columns()).prop_map(|(key, listing)| Change::Reopen { key, listing }),
        2 => key().prop_map(|key| Change::Delete { key }),
        1 => (text(), text()).prop_map(|(name, hash)| Change::DeleteMachine { name, hash }),
        1 => (text(), time()).prop_map(|(arn, created)| Change::Activity(StoredActivity { arn, created })),
        1 => text().prop_map(|arn| Change::DeleteActivity { arn }),
        1 => (text(), data()).prop_map(|(key, data)| Change::Document(StoredDocument { key, data })),
        1 => text().prop_map(|key| Change::DeleteDocument { key }),
        1 => (queue(), data()).prop_map(|(queue, data)| Change::Send { queue, data }),
        1 => put_message(),
        1 => (queue(), 0_u64..4).prop_map(|(queue, number)| Change::DeleteMessage { queue, number }),
    ]
}

fn put_message() -> impl Strategy<Value = Change> {
    let number = prop_oneof![4 => 0_u64..7, 1 => prop::sample::select(KEYS)];
    (queue(), number, data()).prop_map(|(queue, number, data)| Change::PutMessage {
        queue,
        number,
        data,
    })
}

fn queue() -> impl Strategy<Value = OutboxQueue> {
    prop::sample::select(&OutboxQueue::ALL[..])
}

fn position() -> impl Strategy<Value = ListPosition> {
    let order = prop_oneof![3 => prop::sample::select(TIMES), 1 => 0_i64..5];
    (order, key()).prop_map(|(order, key)| ListPosition { order, key })
}

fn filter() -> impl Strategy<Value = StoreFilter> {
    let texts = || prop::option::weighted(0.3, text());
    let texts = (texts(), texts(), texts(), texts(), texts());
    let columns = (prop::option::of(status()), prop::option::of(any::<bool>()));
    let limit = prop::option::of(prop_oneof![0_usize..4, Just(usize::MAX)]);
    let parts = (
        prop::option::weighted(0.2, text()),
        prop::option::weighted(0.2, time()),
        prop::bool::weighted(0.2),
    );
    let filter = (texts, columns, parts, prop::option::of(position()), limit);
    filter.prop_map(
        |(
            (map_run, machine, name, version, alias),
            (status, is_redriven),
            (name_part, started_from, is_failed),
            after,
            limit,
        )| {
            let mut filter = StoreFilter::default();
            (filter.map_run, filter.machine) = (map_run, machine);
            (filter.name, filter.name_part) = (name, name_part);
            (filter.version, filter.alias) = (version, alias);
            (filter.status, filter.is_redriven) = (status, is_redriven);
            (filter.started_from, filter.is_failed) = (started_from, is_failed);
            (filter.after, filter.limit) = (after, limit);
            filter
        },
    )
}

/// Reads a list in pages.
fn in_pages(
    reader: &mut dyn StoreReader,
    filter: &StoreFilter,
) -> Result<Vec<StoredExecution>, StoreError> {
    let limit = filter.limit.map_or(1, |limit| limit.clamp(1, 3));
    let mut filter = filter.clone();
    filter.limit = Some(limit);
    let mut all = Vec::new();
    loop {
        let page = reader.page(&filter)?;
        assert!(page.executions.len() <= limit);
        all.extend(page.executions);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return Ok(all),
        }
    }
}

/// What readers find.
#[derive(Debug, PartialEq)]
pub(super) struct Content {
    machines: Vec<StoredMachine>,
    open: Vec<StoredExecution>,
    /// The records of the open executions, which are read together.
    open_records: Vec<Vec<Bytes>>,
    all: Vec<StoredExecution>,
    listed: Vec<Vec<StoredExecution>>,
    in_pages: Vec<Vec<StoredExecution>>,
    by_arn: Vec<Option<StoredExecution>>,
    children: Vec<Vec<StoredExecution>>,
    runs: Vec<Vec<StoredMapRun>>,
    run_by_arn: Vec<Option<StoredMapRun>>,
    records: Vec<Vec<Bytes>>,
    closed: Vec<Vec<StoredExecution>>,
    closed_count: u64,
    of_versions: Vec<bool>,
    activities: Vec<StoredActivity>,
    documents: Vec<StoredDocument>,
    /// Each document by its key.
    by_key: Vec<Option<StoredDocument>>,
    /// The messages of each queue, and those after the first two.
    outbox: Vec<Vec<StoredMessage>>,
    outbox_lengths: Vec<u64>,
    by_execution_key: Vec<Option<StoredExecution>>,
    /// The keys of the first two executions after each key.
    after_key: Vec<Vec<i64>>,
    newest: Option<Timestamp>,
    last_key: u64,
}

fn open_records(
    reader: &mut dyn StoreReader,
    open: &[StoredExecution],
) -> Result<Vec<Vec<Bytes>>, StoreError> {
    let keys: Vec<u64> = open.iter().map(|row| row.key).collect();
    let mut all = Vec::new();
    while let Some(left) = keys.get(all.len()..).filter(|left| !left.is_empty()) {
        let together = reader.records_of(left, 20_000)?;
        assert!(together.len() <= left.len());
        if let ([key, ..], []) = (left, &*together) {
            all.push(reader.records(*key)?);
        }
        all.extend(together);
    }
    Ok(all)
}

fn keys_after(reader: &mut dyn StoreReader, key: u64) -> Result<Vec<i64>, StoreError> {
    let after = i64::try_from(key).unwrap_or(i64::MAX);
    let rows = reader.scan(after, 2)?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

pub(super) fn read(
    reader: &mut dyn StoreReader,
    filters: &[StoreFilter],
) -> Result<Content, StoreError> {
    let open = reader.open_executions()?;
    Ok(Content {
        machines: reader.machines()?,
        open_records: open_records(reader, &open)?,
        open,
        all: reader.list(&StoreFilter::default())?,
        listed: filters
            .iter()
            .map(|filter| reader.list(filter))
            .collect::<Result<_, _>>()?,
        in_pages: filters
            .iter()
            .map(|filter| in_pages(reader, filter))
            .collect::<Result<_, _>>()?,
        by_arn: TEXTS
            .iter()
            .map(|arn| reader.execution(arn))
            .collect::<Result<_, _>>()?,
        children: TEXTS
            .iter()
            .map(|map_run| {
                let mut filter = StoreFilter::default();
                filter.map_run = Some((*map_run).to_owned());
                reader.list(&filter)
            })
            .collect::<Result<_, _>>()?,
        runs: KEYS
            .iter()
            .map(|key| reader.map_runs(*key))
            .collect::<Result<_, _>>()?,
        run_by_arn: TEXTS
            .iter()
            .map(|arn| reader.map_run(arn))
            .collect::<Result<_, _>>()?,
        records: KEYS
            .iter()
            .map(|key| reader.records(*key))
            .collect::<Result<_, _>>()?,
        activities: reader.activities()?,
        documents: reader.documents()?,
        by_key: TEXTS
            .iter()
            .map(|key| reader.document(key))
            .collect::<Result<_, _>>()?,
        outbox: OutboxQueue::ALL
            .iter()
            .flat_map(|queue| [(*queue, 0, usize::MAX), (*queue, 2, 2)])
            .map(|(queue, after, limit)| reader.outbox(queue, after, limit))
            .collect::<Result<_, _>>()?,
        outbox_lengths: OutboxQueue::ALL
            .iter()
            .map(|queue| reader.outbox_length(*queue))
            .collect::<Result<_, _>>()?,
        by_execution_key: KEYS
            .iter()
            .map(|key| reader.execution_by_key(*key))
            .collect::<Result<_, _>>()?,
        after_key: KEYS
            .iter()
            .map(|key| keys_after(reader, *key))
            .collect::<Result<_, _>>()?,
        newest: reader.newest_time()?,
        closed: TIMES
            .iter()
            .map(|time| Some(Timestamp::from_unix_micros(*time)))
            .chain([None])
            .flat_map(|before| [(before, 2), (before, usize::MAX)])
            .map(|(before, limit)| reader.closed(before, limit))
            .collect::<Result<_, _>>()?,
        closed_count: reader.closed_count()?,
        of_versions: TEXTS
            .iter()
            .map(|hash| reader.has_executions_of(hash))
            .collect::<Result<_, _>>()?,
        last_key: reader.last_key()?,
    })
}

/// Commits the same changes to a store in memory and to the tested one, and opens that one again
/// after the commits with `true`. Compares what readers find.
fn compare(
    tested: &mut impl TestedStore,
    number: u32,
    commits: Vec<(Vec<Change>, bool)>,
    filters: &[StoreFilter],
) -> Result<(), TestCaseError> {
    let mut memory = MemoryStore::new();
    let mut store = tested.open(number).expect("it opens");
    let mut beside = store.reader().expect("a reader");
    for (changes, reopens) in commits {
        let before = memory.copy();
        let expected = memory.commit(&changes);
        prop_assert_eq!(&store.commit(&changes), &expected);
        let content = read(&mut memory, filters);
        prop_assert_eq!(&read(&mut *beside, filters), &content);
        if expected.is_err() {
            prop_assert_eq!(&read(&mut before.clone(), filters), &content);
        }
        if reopens {
            drop(store);
            store = tested.open(number).expect("it opens again");
            // A store that is opened again may use the numbers of deleted messages again.
            memory = memory.copy();
            prop_assert_eq!(
                &read(&mut *store.reader().expect("a reader"), filters),
                &content
            );
            beside = store.reader().expect("a reader");
        }
    }
    let last = read(&mut memory, filters);
    drop((store, beside));
    if let Some(alone) = tested.reader(number) {
        let mut alone = alone.expect("a reader without an engine");
        prop_assert_eq!(&read(&mut *alone, filters), &last);
    }
    Ok(())
}

fn message_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => (queue(), data()).prop_map(|(queue, data)| Change::Send { queue, data }),
        1 => put_message(),
        2 => (queue(), 0_u64..4).prop_map(|(queue, number)| Change::DeleteMessage { queue, number }),
        // It fails if the execution does not exist, after earlier changes of the commit.
        1 => key().prop_map(|key| Change::Delete { key }),
    ]
}

/// Random transactions, each with whether the store is opened again after it, and filters of lists.
pub(super) type Case = (Vec<(Vec<Change>, bool)>, Vec<StoreFilter>);

/// Random transactions of all changes, with lists by random filters.
pub(super) fn random_case() -> impl Strategy<Value = Case> {
    let commits = vec((vec(change(), 0..6), prop::bool::weighted(0.1)), 1..24);
    (commits, vec(filter(), 0..6))
}

/// Random transactions of all changes, with lists by random filters.
///
/// # Panics
///
/// At the first difference from the store in memory.
pub fn random_changes(tested: &mut impl TestedStore, cases: u32) {
    run_cases(cases, random_case(), |number, (commits, filters)| {
        compare(tested, number, commits, &filters)
    });
}

/// Random messages of the outbox.
///
/// # Panics
///
/// At the first difference from the store in memory.
pub fn random_messages(tested: &mut impl TestedStore, cases: u32) {
    let commits = vec(
        (vec(message_change(), 0..4), prop::bool::weighted(0.4)),
        1..12,
    );
    run_cases(cases, commits, |number, commits| {
        compare(tested, number, commits, &[])
    });
}

/// Tests random cases, each with another number, and looks for the smallest one that fails.
pub(super) fn run_cases<S: Strategy>(
    cases: u32,
    strategy: S,
    test: impl FnMut(u32, S::Value) -> Result<(), TestCaseError>,
) {
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let state = RefCell::new((test, 0));
    let outcome = runner.run(&strategy, |case| {
        let (test, number) = &mut *state.borrow_mut();
        *number += 1;
        test(*number, case)
    });
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
}
