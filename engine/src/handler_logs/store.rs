//! The log lines in memory, and how old lines are dropped when there are too many.

use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use stepwright_asl::redaction::Redaction;

use super::line::{BYTES_PER_EXECUTION, LogLine};
use super::log_storage::LogStorage;
use super::stored_logs::StoredLogs;
use crate::store::DerivedError;

/// The lines of all executions, within their bounds.
#[derive(Debug)]
pub(super) struct LogStore {
    /// The maximum number of executions.
    limit: usize,
    logs: Mutex<LogsByExecution>,
    /// What the lines lack.
    redaction: RwLock<Arc<Redaction>>,
    /// The tables that have the lines, too.
    stored: OnceLock<StoredLogs>,
}

#[derive(Debug, Default)]
struct LogsByExecution {
    by_arn: FxHashMap<Arc<str>, ExecutionLog>,
    /// The ARNs by the numbers of their newest lines.
    by_last_line: BTreeMap<u64, Arc<str>>,
    /// The number of the newest line.
    number: u64,
}

/// The newest lines of one execution. It has at least one line.
#[derive(Debug, Default)]
struct ExecutionLog {
    lines: VecDeque<Arc<LogLine>>,
    /// The memory of the lines.
    bytes: usize,
    dropped: u64,
    /// The number of the newest line.
    last: u64,
}

impl LogStore {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            logs: Mutex::default(),
            redaction: RwLock::new(Arc::new(Redaction::new().task_tokens())),
            stored: OnceLock::new(),
        }
    }

    /// Adds a line. If the lines exceed the bounds, drops the oldest lines of the execution, or
    /// another execution.
    pub(super) fn add(&self, arn: &Arc<str>, mut line: LogLine) {
        if self.limit == 0 {
            return;
        }
        line.redact(&self.redaction());
        // Freed after the lock is released, because it is declared before it.
        let mut _quietest = None;
        let mut logs = self.lock();
        let logs = &mut *logs;
        logs.number += 1;
        line.number = logs.number;
        let arn = match logs.by_arn.get(arn) {
            Some(log) => logs.by_last_line.remove(&log.last),
            None => {
                _quietest = logs.make_space(self.limit);
                None
            }
        }
        .unwrap_or_else(|| arn.clone());
        logs.by_last_line.insert(line.number, arn.clone());
        let line = Arc::new(line);
        if let Some(stored) = self.stored.get() {
            // Under the lock, so that the numbers in the queue increase.
            stored.add(&arn, &line);
        }
        logs.by_arn.entry(arn).or_default().push(line);
    }

    /// Masks these fields, too.
    pub(super) fn redact(&self, redaction: &Redaction) {
        let known = self.redaction.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        *known = Arc::new(known.as_ref().clone().and(redaction));
    }

    fn redaction(&self) -> Arc<Redaction> {
        let known = self.redaction.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Also stores the lines, and reads older ones. A second storage is ignored.
    pub(super) fn keep(
        &self,
        storage: Arc<dyn LogStorage>,
        queue: usize,
    ) -> Result<(), DerivedError> {
        let (stored, last) = StoredLogs::open(storage, queue)?;
        let mut logs = self.lock();
        logs.number = logs.number.max(last);
        let _first = self.stored.set(stored);
        Ok(())
    }

    pub(super) fn stored(&self) -> Option<&StoredLogs> {
        self.stored.get()
    }

    /// Returns the lines of an execution, the oldest first, and how many older ones were dropped.
    pub(super) fn log(&self, arn: &str) -> (Vec<Arc<LogLine>>, u64) {
        let (mut lines, dropped) = self.all_lines(arn);
        // Lines can be older than the masks.
        let redaction = self.redaction();
        for line in &mut lines {
            if line.has_sensitive(&redaction) {
                Arc::make_mut(line).redact(&redaction);
            }
        }
        (lines, dropped)
    }

    fn all_lines(&self, arn: &str) -> (Vec<Arc<LogLine>>, u64) {
        let (lines, dropped) = {
            let logs = self.lock();
            match logs.by_arn.get(arn) {
                Some(log) => (log.lines.iter().cloned().collect(), log.dropped),
                None => (Vec::new(), 0),
            }
        };
        if let Some(stored) = self.stored.get() {
            return with_older(stored.lines(arn), (lines, dropped));
        }
        (lines, dropped)
    }

    fn lock(&self) -> MutexGuard<'_, LogsByExecution> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogsByExecution {
    /// Removes the execution that logged nothing for the longest time, if there is no space for a
    /// further one.
    fn make_space(&mut self, limit: usize) -> Option<ExecutionLog> {
        if self.by_arn.len() < limit {
            return None;
        }
        let (_, arn) = self.by_last_line.pop_first()?;
        self.by_arn.remove(&arn)
    }
}

impl ExecutionLog {
    fn push(&mut self, line: Arc<LogLine>) {
        self.last = line.number;
        self.bytes += line.bytes();
        self.lines.push_back(line);
        while self.bytes > BYTES_PER_EXECUTION
            && let Some(line) = self.lines.pop_front()
        {
            self.bytes -= line.bytes();
            self.dropped += 1;
        }
    }
}

/// Lines, and how many older ones were dropped.
type Log = (Vec<Arc<LogLine>>, u64);

/// Puts stored lines before newer ones in memory, within the bound.
fn with_older((stored, stored_dropped): Log, (lines, dropped): Log) -> Log {
    let Some(first) = lines.first().map(|line| line.number) else {
        return (stored, stored_dropped);
    };
    let mut bytes: usize = lines.iter().map(|line| line.bytes()).sum();
    let older: Vec<Arc<LogLine>> = stored
        .into_iter()
        .filter(|line| line.number < first)
        .collect();
    let is_within = |line: &&Arc<LogLine>| {
        bytes += line.bytes();
        bytes <= BYTES_PER_EXECUTION
    };
    let retained = older.iter().rev().take_while(is_within).count();
    let cut = older.len() - retained;
    let all = older.into_iter().skip(cut).chain(lines).collect();
    (all, dropped.max(stored_dropped).max(cut as u64))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;
    use tracing::Level;

    use super::super::line::{FIELDS_BYTES, MESSAGE_BYTES};
    use super::*;
    use crate::clock::Timestamp;

    fn line(message: usize, fields: usize) -> LogLine {
        LogLine {
            number: 0,
            at: Timestamp::default(),
            level: Level::INFO,
            state: "Charge".into(),
            attempt: 0,
            target: Cow::Borrowed("tests"),
            message: "m".repeat(message),
            fields: vec![("field".into(), "f".repeat(fields))],
            is_cut: false,
        }
    }

    fn numbers(store: &LogStore, arn: &str) -> Vec<u64> {
        let lines = store.log(arn).0;
        lines.iter().map(|line| line.number).collect()
    }

    #[test]
    fn an_execution_that_logs_again_after_it_was_dropped_is_the_newest() {
        let store = LogStore::new(2);
        let arns: [Arc<str>; 3] = ["a".into(), "b".into(), "c".into()];
        for arn in [0, 1, 0, 2] {
            store.add(&arns[arn], line(1, 1));
        }
        // `b` logged nothing for the longest time.
        assert!(store.log("b").0.is_empty());
        store.add(&arns[1], line(1, 1));
        assert!(store.log("a").0.is_empty());
        assert_eq!(numbers(&store, "b"), [5]);
        assert_eq!(numbers(&store, "c"), [4]);
    }

    #[test]
    fn a_store_for_no_executions_records_nothing() {
        let store = LogStore::new(0);
        store.add(&"a".into(), line(1, 1));
        assert!(store.log("a").0.is_empty());
    }

    proptest! {
        #[test]
        fn lines_of_any_size_stay_within_the_bounds_and_the_newest_are_retained(
            limit in 1..4_usize,
            lines in prop::collection::vec((0..6_usize, 0..=MESSAGE_BYTES, 0..=FIELDS_BYTES), 0..120),
        ) {
            let store = LogStore::new(limit);
            let arns: Vec<Arc<str>> = (0..6).map(|arn| arn.to_string().into()).collect();
            let mut added: Vec<Vec<u64>> = vec![Vec::new(); arns.len()];
            for (number, (arn, message, fields)) in (1..).zip(lines) {
                store.add(&arns[arn], line(message, fields));
                added[arn].push(number);
                let logs = store.lock();
                prop_assert!(logs.by_arn.len() <= limit);
                prop_assert_eq!(logs.by_arn.len(), logs.by_last_line.len());
                for (arn, log) in &logs.by_arn {
                    let bytes: usize = log.lines.iter().map(|line| line.bytes()).sum();
                    prop_assert_eq!(log.bytes, bytes);
                    prop_assert!(bytes <= BYTES_PER_EXECUTION);
                    prop_assert_eq!(logs.by_last_line.get(&log.last), Some(arn));
                    prop_assert!(!log.lines.is_empty());
                }
                drop(logs);
                let retained = numbers(&store, &arns[arn]);
                prop_assert!(added[arn].ends_with(&retained));
                prop_assert_eq!(retained.last(), Some(&number));
            }
        }
    }
}
