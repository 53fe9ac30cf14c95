//! Tests of the journal: grouped commits, limits, errors and panics of the store, and its end.

mod outage;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;

use super::*;
use crate::Status;
use crate::clock::Timestamp;
use crate::store::memory::CommitFailures as _;
use crate::store::{MemoryStore, StoreFilter, StoredExecution, StoredListing};

fn start(key: u64) -> Change {
    start_of(key, 5)
}

fn start_of(key: u64, bytes: usize) -> Change {
    let execution = StoredExecution {
        key,
        arn: format!("arn:{key}").into(),
        name: format!("o-{key}").into(),
        machine: "orders".into(),
        machine_hash: "5f70bf18".into(),
        status: Status::Running,
        started: Timestamp::from_unix_micros(0),
        stopped: None,
        child_of: None,
        listing: StoredListing::default(),
    };
    Change::Start {
        execution,
        data: Bytes::from(vec![7; bytes]),
    }
}

fn append(key: u64, seq: u32, bytes: usize) -> Change {
    Change::Append {
        key,
        seq,
        data: Bytes::from(vec![7; bytes]),
    }
}

/// A store that reports the begin of each commit, and waits in it for permission.
struct Gated {
    store: MemoryStore,
    begins: Sender<usize>,
    may_go_on: Receiver<()>,
    /// Disconnected when the store is dropped.
    _ends: Sender<()>,
}

/// The test's side of a [`Gated`] store.
struct Gate {
    store: MemoryStore,
    /// The number of changes of each commit that begins.
    begins: Receiver<usize>,
    go_on: Sender<()>,
    ends: Receiver<()>,
}

impl Gate {
    fn open(&self) {
        self.go_on.send(()).expect("the store is waiting");
    }

    fn store_is_dropped(&self) -> bool {
        matches!(self.ends.try_recv(), Err(mpsc::TryRecvError::Disconnected))
    }
}

impl Store for Gated {
    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        self.store.existing(arns)
    }

    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.begins.send(changes.len()).expect("the test listens");
        self.may_go_on.recv().expect("the test continues");
        self.store.commit(changes)
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.store.reader()
    }
}

fn waits_for_capacity(commit: &CommitHandle) -> bool {
    matches!(commit.waits, CommitWait::Capacity(_))
}

fn gated() -> (Journal, Gate) {
    let store = MemoryStore::new();
    let (begins, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let (ends, has_ended) = mpsc::channel();
    let gated = Gated {
        store: store.clone(),
        begins,
        may_go_on,
        _ends: ends,
    };
    let journal = Journal::new(Box::new(gated)).expect("a thread");
    (
        journal,
        Gate {
            store,
            begins: has_begun,
            go_on,
            ends: has_ended,
        },
    )
}

fn journal(store: &MemoryStore) -> Journal {
    Journal::new(Box::new(store.clone())).expect("a thread")
}

fn full() -> StoreError {
    StoreError::Full {
        path: None,
        why: "set by a test".to_owned(),
    }
}

fn corrupt() -> StoreError {
    StoreError::Corrupt {
        path: None,
        why: "set by a test".to_owned(),
    }
}

#[test]
fn submissions_queued_during_a_commit_form_one_transaction() {
    let (journal, gate) = gated();
    let first = journal.commit(vec![start(1)]);
    assert_eq!(gate.begins.recv(), Ok(1));
    let rest: Vec<_> = (2..=64)
        .map(|key| journal.commit(vec![start(key)]))
        .collect();
    gate.open();
    assert_eq!(gate.begins.recv(), Ok(63));
    gate.open();
    assert_eq!(first.wait(), Ok(()));
    assert!(rest.into_iter().all(|submitted| submitted.wait() == Ok(())));
    assert_eq!(gate.store.commits(), 2);
}

#[test]
fn concurrent_submissions_share_transactions() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    std::thread::scope(|scope| {
        for client in 0..16_u64 {
            let journal = &journal;
            scope.spawn(move || {
                journal
                    .commit(vec![start(client + 1)])
                    .wait()
                    .expect("it starts");
                let all = (1..=200).map(|seq| journal.commit(vec![append(client + 1, seq, 9)]));
                let all: Vec<_> = all.collect();
                assert!(all.into_iter().all(|submitted| submitted.wait() == Ok(())));
            });
        }
    });
    assert!(store.commits() < 16 * 201, "{}", store.commits());
    let mut reader = store.reader().expect("a reader");
    assert!((1..=16).all(|key| reader.records(key).expect("records").len() == 201));
}

#[test]
fn a_transaction_has_a_bound_in_bytes_and_in_changes() {
    let (journal, gate) = gated();
    let first = journal.commit(vec![start(1)]);
    assert_eq!(gate.begins.recv(), Ok(1));
    // Three have three megabytes; one alone exceeds the limit.
    let sizes = [3 << 20, 3 << 20, 3 << 20, 20 << 20, 1];
    let large: Vec<_> = (1..)
        .zip(sizes)
        .map(|(seq, bytes)| journal.commit(vec![append(1, seq, bytes)]))
        .collect();
    let many: Vec<_> = (2..=5_001)
        .map(|key| journal.commit(vec![start(key)]))
        .collect();
    let mut commits = Vec::new();
    while commits.iter().sum::<usize>() < 5_005 {
        gate.open();
        commits.push(gate.begins.recv().expect("another one"));
    }
    gate.open();
    assert_eq!(commits, [2, 1, 1, 4_096, 905]);
    let all = large.into_iter().chain(many).chain([first]);
    assert!(all.into_iter().all(|submitted| submitted.wait() == Ok(())));
}

#[test]
fn a_refused_change_fails_only_its_own_submission() {
    let (journal, gate) = gated();
    let first = journal.commit(vec![start(1)]);
    assert_eq!(gate.begins.recv(), Ok(1));
    let exists = StoreError::Exists {
        arn: "arn:1".to_owned(),
    };
    let twice = journal.commit(vec![start(2), start(1)]);
    let good = journal.commit(vec![start(3)]);
    let gap = journal.commit(vec![append(3, 2, 1)]);
    let next = journal.commit(vec![append(3, 1, 1)]);
    (0..6).for_each(|_| gate.open());
    assert_eq!(first.wait(), Ok(()));
    assert_eq!(twice.wait(), Err(exists));
    assert_eq!(good.wait(), Ok(()));
    assert!(matches!(gap.wait(), Err(StoreError::Conflict { .. })));
    assert_eq!(next.wait(), Ok(()));
    let keys = gate
        .store
        .clone()
        .list(&StoreFilter::default())
        .expect("executions");
    assert_eq!(keys.iter().map(|row| row.key).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn a_corrupt_store_receives_no_further_commits() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    store.fail_commits_from(1, corrupt());
    assert_eq!(journal.commit(vec![start(1)]).wait(), Err(corrupt()));
    store.fail_no_commits();
    assert_eq!(journal.commit(vec![start(1)]).wait(), Err(corrupt()));
    assert_eq!(journal.flush().wait(), Err(corrupt()));
    assert_eq!(store.commits(), 0);
}

/// A store that panics in its commits and its drop.
struct Panicking(Arc<AtomicU64>);

impl Store for Panicking {
    fn commit(&mut self, _: &[Change]) -> Result<(), StoreError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("out of order");
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        panic!("no reader");
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[test]
fn a_panic_of_the_store_fails_all_current_and_later_submissions() {
    let asked = Arc::new(AtomicU64::new(0));
    let journal = Journal::new(Box::new(Panicking(asked.clone()))).expect("a thread");
    let all: Vec<_> = (1..=9)
        .map(|key| journal.commit(vec![start(key)]))
        .collect();
    let panicked = Err(StoreError::Panicked {
        message: "out of order".to_owned(),
    });
    for submitted in all {
        assert_eq!(submitted.wait(), panicked);
    }
    assert_eq!(journal.commit(vec![start(1)]).wait(), panicked);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    journal.close();
}

#[test]
fn names_that_exist_do_not_break_the_transaction_of_the_other_starts() {
    let (journal, gate) = gated();
    let same_name = |key: u64| match start(1) {
        Change::Start { execution, data } => Change::Start {
            execution: StoredExecution { key, ..execution },
            data,
        },
        other => other,
    };
    let first = journal.commit(vec![start(1)]);
    assert_eq!(gate.begins.recv(), Ok(1));
    let batch = |from: u64| -> Vec<_> {
        let change = |key: u64| match key % 3 {
            0 => same_name(key),
            _ => start(key),
        };
        let all = from..from + 9;
        all.map(|key| (key, journal.commit(vec![change(key)])))
            .collect()
    };
    let second = batch(10);
    gate.open();
    assert_eq!(first.wait(), Ok(()));
    // The transaction of all fails, and that of the others succeeds.
    assert_eq!(gate.begins.recv(), Ok(9));
    gate.open();
    assert_eq!(gate.begins.recv(), Ok(6));
    let third = batch(20);
    gate.open();
    // The next names are compared before the transaction.
    assert_eq!(gate.begins.recv(), Ok(6));
    gate.open();
    for (key, committed) in second.into_iter().chain(third) {
        let outcome = committed.wait();
        match key % 3 {
            0 => assert!(matches!(outcome, Err(StoreError::Exists { .. })), "{key}"),
            _ => assert_eq!(outcome, Ok(()), "{key}"),
        }
    }
    journal.close();
    assert_eq!(gate.store.commits(), 3);
}

#[test]
fn closing_commits_queued_submissions_and_refuses_later_ones() {
    let (journal, gate) = gated();
    let all: Vec<_> = (1..=20)
        .map(|key| journal.commit(vec![start(key)]))
        .collect();
    (0..20).for_each(|_| gate.open());
    journal.close();
    assert!(gate.store_is_dropped());
    assert!(all.into_iter().all(|submitted| submitted.wait() == Ok(())));
    assert_eq!(
        journal.commit(vec![start(21)]).wait(),
        Err(StoreError::Closed)
    );
    assert_eq!(journal.flush().wait(), Err(StoreError::Closed));
    journal.close();
}

#[test]
fn dropping_the_last_journal_ends_its_thread() {
    let (journal, gate) = gated();
    let other = journal.clone();
    drop(journal);
    let unheard = other.commit(vec![start(1)]);
    drop(unheard);
    gate.open();
    assert!(!gate.store_is_dropped());
    drop(other);
    assert!(gate.store_is_dropped());
    assert_eq!(
        gate.store.commits(),
        1,
        "a submission is committed even if its future was dropped"
    );
}

/// Polls the future once.
fn poll(committed: &mut CommitHandle) -> Poll<Result<(), StoreError>> {
    Pin::new(committed).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn submissions_wait_for_queue_capacity_and_are_all_committed() {
    for (count, bytes) in [(20_000_u32, 1), (100, 1 << 20), (3, 100 << 20)] {
        let (journal, gate) = gated();
        let first = journal.commit(vec![start(1)]);
        assert_eq!(gate.begins.recv(), Ok(1));
        // Each of another execution, because submissions that wait may be queued in any order.
        let changes = (2..count + 2).map(|key| vec![start_of(key.into(), bytes)]);
        let mut all: Vec<_> = changes.map(|one| journal.commit(one)).collect();
        let queued = all.iter().filter(|one| !waits_for_capacity(one)).count();
        assert!(queued < all.len() && queued <= 16_384, "{queued}");
        assert!(queued == 1 || queued * bytes <= 64 << 20, "{queued}");
        assert!(all.iter_mut().all(|one| poll(one).is_pending()));
        let (mut commits, opener) = (0, gate.go_on.clone());
        while commits < count as usize {
            opener.send(()).expect("the store is waiting");
            // A waiter takes its capacity in its own poll.
            commits += loop {
                all.retain_mut(|one| poll(one) != Poll::Ready(Ok(())));
                if let Ok(commit) = gate.begins.try_recv() {
                    break commit;
                }
                std::thread::yield_now();
            };
        }
        gate.open();
        assert_eq!(first.wait(), Ok(()));
        assert!(all.into_iter().all(|one| one.wait() == Ok(())));
        let mut reader = gate.store.reader().expect("a reader");
        let mut records = (1..count + 2).map(|key| reader.records(key.into()));
        assert!(records.all(|of_key| of_key.expect("records").len() == 1));
    }
}

#[test]
fn submissions_that_wait_for_capacity_fail_when_the_journal_closes() {
    let (journal, gate) = gated();
    let first = journal.commit(vec![start(1)]);
    assert_eq!(gate.begins.recv(), Ok(1));
    let mut all: Vec<_> = (1..=3)
        .map(|seq| journal.commit(vec![append(1, seq, 60 << 20)]))
        .collect();
    let last = all.pop().expect("one waits");
    let given_up = all.pop().expect("another one waits");
    assert!(waits_for_capacity(&last) && waits_for_capacity(&given_up));
    drop(given_up);
    (0..2).for_each(|_| gate.open());
    journal.close();
    assert_eq!(last.wait(), Err(StoreError::Closed));
    assert!(
        [first]
            .into_iter()
            .chain(all)
            .all(|one| one.wait() == Ok(()))
    );
    assert_eq!(gate.store.commits(), 2);
}

/// A waker that drops the journal, possibly the last one.
struct DropsJournal(Mutex<Option<Journal>>);

impl Wake for DropsJournal {
    fn wake(self: Arc<Self>) {
        self.0.lock().expect("no panic").take();
    }
}

#[test]
fn the_journal_thread_may_drop_the_last_journal() {
    let (journal, gate) = gated();
    let mut committed = Box::pin(journal.commit(vec![start(1)]));
    let waker = Waker::from(Arc::new(DropsJournal(Mutex::new(Some(journal)))));
    assert_eq!(
        committed.as_mut().poll(&mut Context::from_waker(&waker)),
        Poll::Pending
    );
    gate.open();
    // The thread ends, and drops the store.
    assert!(gate.ends.recv().is_err());
    assert_eq!(gate.store.commits(), 1);
}

#[tokio::test]
async fn a_reader_sees_earlier_submissions() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    let committed = journal.commit(vec![start(1)]);
    let mut reader = journal.reader().await.expect("a reader");
    assert_eq!(reader.last_key(), Ok(1));
    committed.await.expect("it is durable");
    journal.close();
    assert_eq!(journal.reader().await.err(), Some(StoreError::Closed));
}

/// A store with a lease.
struct Leased(MemoryStore, StoreLease);

impl Store for Leased {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.0.commit(changes)
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.0.reader()
    }

    fn lease(&self) -> Option<StoreLease> {
        Some(self.1.clone())
    }
}

fn leased() -> (Journal, MemoryStore, StoreLease) {
    let (store, lease) = (MemoryStore::new(), StoreLease::new());
    let journal = Journal::new(Box::new(Leased(store.clone(), lease.clone()))).expect("a thread");
    (journal, store, lease)
}

/// Waits until the commits before are answered, whether or not their lease is trusted.
fn until_answered(journal: &Journal) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let reader = runtime.expect("a runtime").block_on(journal.reader());
    drop(reader.expect("a reader"));
}

const LONG: std::time::Duration = std::time::Duration::from_secs(3_600);

#[test]
fn a_commit_is_acknowledged_only_while_the_lease_is_trusted() {
    let (journal, store, lease) = leased();
    let mut context = Context::from_waker(Waker::noop());
    let mut first = journal.commit(vec![start(1)]);
    until_answered(&journal);
    assert_eq!(Pin::new(&mut first).poll(&mut context), Poll::Pending);
    lease.renew(lease.ask(), LONG);
    assert_eq!(Pin::new(&mut first).poll(&mut context), Poll::Ready(Ok(())));
    assert_eq!(journal.commit(vec![start(2)]).wait(), Ok(()));
    // The request was too long ago.
    lease.renew(lease.ask(), std::time::Duration::ZERO);
    let mut third = journal.commit(vec![start(3)]);
    until_answered(&journal);
    assert_eq!(Pin::new(&mut third).poll(&mut context), Poll::Pending);
    // It is durable all the same.
    let open = store.clone().open_executions().expect("it reads");
    assert_eq!(open.len(), 3);
}

#[test]
fn a_lost_lease_fails_the_commits_that_wait_for_it_and_cannot_be_renewed() {
    let (journal, _, lease) = leased();
    let waiting = journal.commit(vec![start(1)]);
    until_answered(&journal);
    let lost = StoreError::TakenOver {
        store: "orders".to_owned(),
        by: "a test".to_owned(),
    };
    lease.lose(lost.clone());
    assert_eq!(waiting.wait(), Err(lost));
    let request = lease.ask();
    lease.renew(request, LONG);
    assert!(!lease.is_trusted());
}

#[test]
fn a_trusted_lease_wakes_the_commits_that_wait_for_it() {
    let (journal, _, lease) = leased();
    let waiting = journal.commit(vec![start(1)]);
    let thread = std::thread::spawn(move || waiting.wait());
    until_answered(&journal);
    lease.renew(lease.ask(), LONG);
    assert_eq!(thread.join().expect("no panic"), Ok(()));
}
