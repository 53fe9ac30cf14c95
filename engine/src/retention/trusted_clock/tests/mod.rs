//! Tests of the deletion of executions when the machine's clock is wrong or has changed.

mod engine;
mod machine;
mod properties;

use std::time::Duration;

use bytes::Bytes;

use self::machine::{DAYS, HOUR, MONTHS, Machine};
use super::*;
use crate::store::Store;
use crate::store::journal::Journal;

/// No deleted executions.
const NOTHING: [i64; 0] = [];

#[test]
fn a_clock_100_days_ahead_deletes_nothing_until_it_is_correct_again() {
    let mut machine = Machine::new(MONTHS);
    let right = machine.start(0, false);
    assert!(right.is_trusted());
    let keys: Vec<u64> = (0..3).map(|_| machine.execute(&right)).collect();
    machine.pass(Some(&right), HOUR);
    right.end();
    for restart in 0..5 {
        let wrong = machine.start(100 * DAYS, false);
        assert!(!wrong.is_trusted(), "{restart}");
        machine.execute(&wrong);
        for _ in 0..20 {
            machine.pass(Some(&wrong), HOUR);
            assert_eq!(machine.sweep(&wrong), NOTHING);
        }
        match restart % 2 {
            0 => wrong.end(),
            // The engine is killed.
            _ => drop(wrong),
        }
    }
    let right = machine.start(0, false);
    assert!(right.is_trusted(), "100 hours have passed for certain");
    assert_eq!(machine.sweep(&right), NOTHING);
    assert_eq!(machine.keys().len(), 8);
    machine.pass(Some(&right), 90 * DAYS);
    assert_eq!(machine.sweep(&right).len(), 3);
    assert!(keys.iter().all(|key| !machine.keys().contains(key)));
}

#[test]
fn a_long_pause_counts_only_after_an_operator_confirms_the_clock() {
    let mut machine = Machine::new(MONTHS);
    let first = machine.start(0, false);
    machine.execute(&first);
    first.end();
    machine.pass(None, 91 * DAYS);
    for _ in 0..3 {
        let later = machine.start(0, false);
        assert!(!later.is_trusted());
        assert_eq!(machine.sweep(&later), NOTHING);
    }
    let confirmed = machine.start(0, true);
    assert_eq!(machine.sweep(&confirmed), [91 * DAYS]);
    drop(confirmed);
    // The confirmation also counts for later engines.
    let next = machine.start(0, false);
    assert!(next.is_trusted());
}

#[test]
fn executions_age_by_elapsed_time_under_an_untrusted_clock() {
    let mut machine = Machine::new(MONTHS);
    let right = machine.start(0, false);
    machine.execute(&right);
    right.end();
    let wrong = machine.start(1_000 * DAYS, false);
    machine.pass(Some(&wrong), 90 * DAYS - 1);
    assert_eq!(machine.sweep(&wrong), NOTHING);
    machine.pass(Some(&wrong), 2);
    assert_eq!(machine.sweep(&wrong), [90 * DAYS + 1]);
}

#[test]
fn a_pause_within_the_tolerance_needs_no_confirmation() {
    for (retention, tolerated) in [
        (Duration::from_secs(60), 3),
        (Duration::from_secs(3_600), 3),
        (10 * DAY, 3),
        (50 * DAY, 5),
        (90 * DAY, 7),
        (3_650 * DAY, 7),
        (Duration::MAX, 7),
    ] {
        for (pause, is_trusted) in [(0, true), (1, false)] {
            let mut machine = Machine::new(retention);
            let first = machine.start(0, false);
            machine.execute(&first);
            first.end();
            machine.pass(None, tolerated * DAYS + pause);
            let next = machine.start(0, false);
            assert_eq!(next.is_trusted(), is_trusted, "{retention:?} {pause}");
        }
    }
}

#[test]
fn a_missing_clock_mark_is_derived_from_the_newest_execution() {
    let mut machine = Machine::new(MONTHS);
    let old = machine.start(0, false);
    machine.execute(&old);
    machine.pass(Some(&old), 8 * HOUR);
    machine.execute(&old);
    // The document with the mark is missing.
    drop(old);
    assert_eq!(machine.mark(), None);
    let newest = machine.truth;
    machine.pass(None, HOUR);
    let wrong = machine.start(100 * DAYS, false);
    assert!(!wrong.is_trusted());
    assert_eq!(machine.mark(), Some(newest));
    machine.execute(&wrong);
    // The engine is killed, and its record is newer than the mark.
    drop(wrong);
    let wrong = machine.start(100 * DAYS, false);
    assert!(!wrong.is_trusted());
    assert_eq!(machine.mark(), Some(newest));
    assert_eq!(machine.sweep(&wrong), NOTHING);
}

#[test]
fn an_empty_store_trusts_any_clock_and_virtual_time_writes_no_mark() {
    let machine = Machine::new(MONTHS);
    assert!(machine.start(100 * DAYS, false).is_trusted());
    let journal = Journal::new(Box::new(machine.store.clone())).expect("a thread");
    let mut reader = machine.store.reader().expect("a reader");
    let clock = Clock::virtual_from(Timestamp::default());
    let submitter = journal.submitter();
    let trusted = TrustedClock::open(&clock, MONTHS, true, &mut *reader, submitter);
    let trusted = trusted.expect("it is read");
    assert_eq!(trusted.proven(), Some(Timestamp::default()));
    trusted.save(Duration::ZERO);
    journal.flush().wait().expect("the journal works");
    assert_eq!(machine.mark(), None);
}

#[test]
fn a_clock_behind_the_mark_deletes_nothing_and_does_not_move_the_mark() {
    let mut machine = Machine::new(MONTHS);
    let right = machine.start(0, false);
    machine.execute(&right);
    right.end();
    let mark = machine.mark();
    let behind = machine.start(-50 * DAYS, false);
    machine.pass(Some(&behind), 30 * DAYS);
    assert_eq!(machine.sweep(&behind), NOTHING);
    behind.end();
    assert_eq!(machine.mark(), mark);
}

#[test]
fn confirming_the_right_clock_undoes_a_wrong_confirmation() {
    let mut machine = Machine::new(MONTHS);
    let right = machine.start(0, false);
    machine.execute(&right);
    right.end();
    machine.start(80 * DAYS, true).end();
    assert_eq!(machine.mark(), Some(machine.truth + 80 * DAYS));
    // The right clock works with a mark that is ahead, and does not change it.
    let right = machine.start(0, false);
    assert_eq!(machine.sweep(&right), NOTHING);
    right.end();
    assert_eq!(machine.mark(), Some(machine.truth + 80 * DAYS));
    machine.start(0, true).end();
    assert_eq!(machine.mark(), Some(machine.truth));
    let wrong = machine.start(80 * DAYS, false);
    assert!(!wrong.is_trusted());
}

#[test]
fn an_unreadable_clock_mark_stops_deletion_until_a_confirmation() {
    let mut machine = Machine::new(MONTHS);
    let first = machine.start(0, false);
    machine.execute(&first);
    let data = Bytes::from_static(b"{}");
    let key = KEY.to_owned();
    let damaged = StoredDocument { key, data };
    let commit = first
        .journal
        .commit(vec![Change::Document(damaged.clone())]);
    commit.wait().expect("it is written");
    drop(first);
    let next = machine.start(0, false);
    machine.pass(Some(&next), 100 * DAYS);
    assert_eq!(machine.sweep(&next), NOTHING);
    next.end();
    let mut reader = machine.store.reader().expect("a reader");
    assert_eq!(reader.document(KEY).expect("a document"), Some(damaged));
    let confirmed = machine.start(0, true);
    assert_eq!(machine.mark(), Some(machine.truth));
    assert_eq!(machine.sweep(&confirmed), [100 * DAYS]);
}

#[test]
fn the_clock_mark_is_written_once_an_hour_and_at_the_end() {
    let mut machine = Machine::new(MONTHS);
    let process = machine.start(0, false);
    machine.sweep(&process);
    process.flush();
    let first = machine.mark();
    assert_eq!(first, Some(machine.truth));
    for _ in 0..59 {
        machine.pass(Some(&process), 60);
        machine.sweep(&process);
        process.flush();
        assert_eq!(machine.mark(), first);
    }
    machine.pass(Some(&process), 60);
    machine.sweep(&process);
    process.flush();
    assert_eq!(machine.mark(), Some(machine.truth));
    machine.pass(Some(&process), 61);
    process.end();
    assert_eq!(machine.mark(), Some(machine.truth));
}
