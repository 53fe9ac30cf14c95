//! A machine whose clock may be wrong, with a store and engines that are reduced to the deletion of
//! executions by age.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;

use super::super::*;
use crate::Status;
use crate::store::journal::Journal;
use crate::store::{MemoryStore, Store, StoreFilter, StoredExecution, StoredListing};

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const HOUR: i64 = 3_600;
pub(super) const DAYS: i64 = 86_400;
pub(super) const MONTHS: Duration = Duration::from_secs(90 * 86_400);

/// A machine with a store, and the true time.
pub(super) struct Machine {
    pub(super) store: MemoryStore,
    /// Seconds since 1970.
    pub(super) truth: i64,
    pub(super) retention: Duration,
    pub(super) next: u64,
    /// When executions truly ended, in seconds, by their keys.
    pub(super) ends: HashMap<u64, i64>,
}

/// An engine that is running on the machine, reduced to the deletion of executions by age.
pub(super) struct Process {
    pub(super) time: Arc<AtomicI64>,
    pub(super) clock: Clock,
    pub(super) trusted: TrustedClock,
    pub(super) journal: Journal,
}

impl Machine {
    pub(super) fn new(retention: Duration) -> Self {
        Self {
            store: MemoryStore::new(),
            truth: 1_800_000_000,
            retention,
            next: 1,
            ends: HashMap::new(),
        }
    }

    /// Starts an engine whose clock is ahead by this number of seconds.
    pub(super) fn start(&self, ahead: i64, is_confirmed: bool) -> Process {
        let time = Arc::new(AtomicI64::new((self.truth + ahead) * SECOND));
        let clock = Clock::of_test(time.clone());
        let journal = Journal::new(Box::new(self.store.clone())).expect("a thread");
        let mut reader = self.store.reader().expect("a reader");
        let submitter = journal.submitter();
        let trusted = TrustedClock::open(
            &clock,
            self.retention,
            is_confirmed,
            &mut *reader,
            submitter,
        );
        let process = Process {
            time,
            clock,
            trusted: trusted.expect("it is read"),
            journal,
        };
        process.flush();
        process
    }

    pub(super) fn pass(&mut self, process: Option<&Process>, seconds: i64) {
        self.truth += seconds;
        if let Some(process) = process {
            process.time.fetch_add(seconds * SECOND, Ordering::SeqCst);
        }
    }

    /// Runs an execution to its end.
    pub(super) fn execute(&mut self, process: &Process) -> u64 {
        let key = self.next;
        self.next += 1;
        let now = process.clock.now();
        let execution = StoredExecution {
            key,
            arn: format!("arn:{key}").into(),
            name: format!("o-{key}").into(),
            machine: "orders".into(),
            machine_hash: "5f70bf18".into(),
            status: Status::Running,
            started: now,
            stopped: None,
            child_of: None,
            listing: StoredListing::default(),
        };
        let data = Bytes::from_static(b"record");
        let changes = vec![
            Change::Start { execution, data },
            Change::Close {
                key,
                status: Status::Succeeded,
                stopped: now,
            },
        ];
        process
            .journal
            .commit(changes)
            .wait()
            .expect("it is written");
        self.ends.insert(key, self.truth);
        key
    }

    /// Deletes by age as a retention job does. Returns the true ages of the deleted executions, in
    /// seconds.
    pub(super) fn sweep(&mut self, process: &Process) -> Vec<i64> {
        process.trusted.save(SELDOM);
        let proven = process.trusted.proven();
        let Some(before) = proven.and_then(|now| now.checked_sub(self.retention)) else {
            return Vec::new();
        };
        let mut reader = self.store.reader().expect("a reader");
        let old = reader.closed(Some(before), usize::MAX).expect("rows");
        let delete = old.iter().map(|row| Change::Delete { key: row.key });
        process
            .journal
            .commit(delete.collect())
            .wait()
            .expect("they are deleted");
        let ends = old.iter().map(|row| self.ends[&row.key]);
        ends.map(|end| self.truth - end).collect()
    }

    pub(super) fn keys(&self) -> Vec<u64> {
        let rows = self.store.reader().expect("a reader");
        let rows = { rows }.list(&StoreFilter::default()).expect("rows");
        let mut keys: Vec<u64> = rows.iter().map(|row| row.key).collect();
        keys.sort_unstable();
        keys
    }

    /// Returns the mark in the store, in seconds.
    pub(super) fn mark(&self) -> Option<i64> {
        let mut reader = self.store.reader().expect("a reader");
        let mark = read(&mut *reader).expect("a mark");
        mark.map(|mark| mark.unix_micros() / SECOND)
    }
}

impl Process {
    pub(super) fn is_trusted(&self) -> bool {
        self.trusted.trust == Trust::Trusted
    }

    pub(super) fn flush(&self) {
        self.journal.flush().wait().expect("the journal works");
    }

    /// Ends as `Engine::shutdown` does.
    pub(super) fn end(self) {
        self.trusted.save(OFTEN);
        self.flush();
    }
}
