//! A store that temporarily cannot commit.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::store::journal::OnOutage;

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("{what} does not happen within four seconds");
}

fn is_pending(committed: &mut CommitHandle) -> bool {
    poll(committed).is_pending()
}

#[test]
fn in_an_outage_steps_are_retried_and_starts_fail_at_once() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    store.fail_commits_from(1, full());
    let mut step = journal.commit_with_retry(vec![start(1)]);
    eventually("the outage", || journal.outage().is_some());
    assert_eq!(journal.commit(vec![start(2)]).wait(), Err(full()));
    assert!(is_pending(&mut step));
    assert_eq!(
        journal.outage().map(|outage| outage.error().clone()),
        Some(full())
    );
    store.fail_no_commits();
    assert_eq!(step.wait(), Ok(()));
    eventually("the end of the outage", || journal.outage().is_none());
    assert_eq!(journal.commit(vec![start(2)]).wait(), Ok(()));
    let mut reader = store.reader().expect("a reader");
    assert_eq!(reader.open_executions().expect("rows").len(), 2);
}

#[test]
fn an_outage_ends_without_a_pending_submission() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    store.fail_commits_from(1, full());
    assert_eq!(journal.commit(vec![start(1)]).wait(), Err(full()));
    eventually("the outage", || journal.outage().is_some());
    store.fail_no_commits();
    eventually("the end of the outage", || journal.outage().is_none());
}

#[test]
fn pending_steps_fail_when_the_engine_ends_in_an_outage() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    store.fail_commits_from(1, full());
    let step = journal.commit_with_retry(vec![start(1)]);
    eventually("the outage", || journal.outage().is_some());
    journal.end_retries();
    assert_eq!(step.wait(), Err(full()));
    assert_eq!(
        journal.commit_with_retry(vec![start(1)]).wait(),
        Err(full())
    );
}

#[test]
fn closing_in_an_outage_fails_the_pending_steps() {
    let store = MemoryStore::new();
    let journal = journal(&store);
    store.fail_commits_from(1, full());
    let step = journal.commit_with_retry(vec![start(1)]);
    eventually("the outage", || journal.outage().is_some());
    journal.close();
    assert_eq!(step.wait(), Err(full()));
}

/// A store with space for a limited number of executions.
struct Roomy {
    store: MemoryStore,
    room: usize,
}

impl Store for Roomy {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let before = self.store.copy();
        self.store.clone().commit(changes)?;
        let rows = self.store.list(&StoreFilter::default())?.len();
        if rows > self.room && changes.iter().any(|change| !change.is_deletion()) {
            self.store.replace_by(&before);
            Err(full())
        } else {
            Ok(())
        }
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.store.reader()
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        if self.store.list(&StoreFilter::default())?.len() >= self.room {
            Err(full())
        } else {
            Ok(())
        }
    }
}

#[test]
fn a_full_store_still_serves_readers_and_deletions() {
    let store = MemoryStore::new();
    let room = Roomy {
        store: store.clone(),
        room: 1,
    };
    let journal = Journal::new(Box::new(room)).expect("a thread");
    assert_eq!(journal.commit(vec![start(1)]).wait(), Ok(()));
    let close = Change::Close {
        key: 1,
        status: Status::Succeeded,
        stopped: Timestamp::from_unix_micros(1),
    };
    assert_eq!(journal.commit(vec![close]).wait(), Ok(()));
    let mut step = journal.commit_with_retry(vec![start(2)]);
    eventually("the outage", || journal.outage().is_some());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let reader = runtime.expect("a runtime").block_on(journal.reader());
    assert_eq!(reader.expect("a reader").last_key(), Ok(1));
    assert!(is_pending(&mut step));
    assert_eq!(
        journal.commit(vec![Change::Delete { key: 1 }]).wait(),
        Ok(())
    );
    assert_eq!(step.wait(), Ok(()));
}

/// A step of the test of a store and its journal.
#[derive(Clone, Debug)]
enum Step {
    /// A submission, with or without retry.
    Submit(OnOutage),
    /// A submission with a conflict.
    Conflict(OnOutage),
    Fail,
    Recover,
    Pause,
}

fn step() -> impl Strategy<Value = Step> {
    let on_outage = prop_oneof![Just(OnOutage::Fail), Just(OnOutage::Retry)];
    prop_oneof![
        6 => on_outage.clone().prop_map(Step::Submit),
        1 => on_outage.prop_map(Step::Conflict),
        1 => Just(Step::Fail),
        1 => Just(Step::Recover),
        1 => Just(Step::Pause),
    ]
}

proptest! {
    #[test]
    fn exactly_the_acknowledged_submissions_are_stored(
        steps in proptest::collection::vec(step(), 1..60)
    ) {
        let store = MemoryStore::new();
        let journal = journal(&store);
        let (mut next, mut submitted) = (1, Vec::new());
        for step in steps {
            match step {
                Step::Submit(on_outage) => {
                    submitted.push((next, on_outage, journal.submit(vec![start(next)], on_outage)));
                    next += 1;
                }
                Step::Conflict(on_outage) => {
                    // The second start has the key of the first.
                    let changes = vec![start(next), start(next)];
                    let refused = journal.submit(changes, on_outage);
                    submitted.push((0, OnOutage::Fail, refused));
                    next += 1;
                }
                Step::Fail => store.fail_commits_from(1, full()),
                Step::Recover => store.fail_no_commits(),
                Step::Pause => std::thread::sleep(Duration::from_millis(3)),
            }
        }
        store.fail_no_commits();
        let outcomes: Vec<_> = submitted
            .into_iter()
            .map(|(key, on_outage, committed)| (key, on_outage, committed.wait()))
            .collect();
        let mut reader = store.reader().expect("a reader");
        let stored: Vec<u64> = reader.open_executions().expect("rows").iter().map(|row| row.key).collect();
        let acknowledged: Vec<u64> = outcomes
            .iter()
            .filter(|(_, _, outcome)| outcome.is_ok())
            .map(|(key, ..)| *key)
            .collect();
        prop_assert_eq!(acknowledged, stored);
        for (key, on_outage, outcome) in outcomes {
            prop_assert!(on_outage == OnOutage::Fail || outcome.is_ok(), "{key}: {outcome:?}");
        }
    }
}
