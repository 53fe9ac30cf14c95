use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::line::{BYTES_PER_EXECUTION, LogLine};

/// The lines of all executions, within their bounds.
#[derive(Debug)]
pub(super) struct LogStore {
    /// The maximum number of executions.
    limit: usize,
    logs: Mutex<LogsByExecution>,
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
        }
    }

    /// Adds a line. If the lines exceed the bounds, drops the oldest lines of the execution, or another execution.
    pub(super) fn add(&self, arn: &Arc<str>, mut line: LogLine) {
        if self.limit == 0 {
            return;
        }
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
        logs.by_arn.entry(arn).or_default().push(line);
    }

    /// Returns the lines of an execution, the oldest first.
    pub(super) fn lines(&self, arn: &str) -> Vec<Arc<LogLine>> {
        let logs = self.lock();
        let log = logs.by_arn.get(arn);
        log.map_or_else(Vec::new, |log| log.lines.iter().cloned().collect())
    }

    /// Returns how many lines of an execution were dropped.
    pub(super) fn dropped(&self, arn: &str) -> u64 {
        self.lock().by_arn.get(arn).map_or(0, |log| log.dropped)
    }

    fn lock(&self) -> MutexGuard<'_, LogsByExecution> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogsByExecution {
    /// Removes the execution that logged nothing for the longest time, if there is no space for a further one.
    fn make_space(&mut self, limit: usize) -> Option<ExecutionLog> {
        if self.by_arn.len() < limit {
            return None;
        }
        let (_, arn) = self.by_last_line.pop_first()?;
        self.by_arn.remove(&arn)
    }
}

impl ExecutionLog {
    fn push(&mut self, line: LogLine) {
        self.last = line.number;
        self.bytes += line.bytes();
        self.lines.push_back(Arc::new(line));
        while self.bytes > BYTES_PER_EXECUTION
            && let Some(line) = self.lines.pop_front()
        {
            self.bytes -= line.bytes();
            self.dropped += 1;
        }
    }
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
            fields: vec![("field", "f".repeat(fields))],
            is_cut: false,
        }
    }

    fn numbers(store: &LogStore, arn: &str) -> Vec<u64> {
        let lines = store.lines(arn);
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
        assert!(store.lines("b").is_empty());
        store.add(&arns[1], line(1, 1));
        assert!(store.lines("a").is_empty());
        assert_eq!(numbers(&store, "b"), [5]);
        assert_eq!(numbers(&store, "c"), [4]);
    }

    #[test]
    fn a_store_for_no_executions_records_nothing() {
        let store = LogStore::new(0);
        store.add(&"a".into(), line(1, 1));
        assert!(store.lines("a").is_empty());
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
