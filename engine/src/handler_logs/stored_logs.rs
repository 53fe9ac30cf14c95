//! Log lines in tables next to a store, so that they survive a restart.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use super::line::LogLine;
use super::log_counters::LogCounters;
use super::log_storage::{LogStorage, LogTables};
use super::log_writer::{LogMessage, LogWriter};
use crate::store::DerivedError;

/// How many lines wait for the thread that writes them.
pub(super) const QUEUE: usize = 10_000;

/// The stored lines.
#[derive(Debug)]
pub(super) struct StoredLogs {
    storage: Arc<dyn LogStorage>,
    sender: SyncSender<LogMessage>,
    counters: Arc<LogCounters>,
    reader: LogReader,
}

/// The connection that reads lines.
#[derive(Default)]
struct LogReader(Mutex<Option<Box<dyn LogTables>>>);

impl StoredLogs {
    /// Opens the tables, and starts the thread that writes to them. Returns the logs and the number
    /// of the newest line.
    pub(super) fn open(
        storage: Arc<dyn LogStorage>,
        queue: usize,
    ) -> Result<(Self, u64), DerivedError> {
        let mut tables = storage.open()?;
        let last = match tables.last_number() {
            Err(DerivedError::Damaged(why)) => {
                drop(tables);
                tables = storage.replace(&why)?;
                0
            }
            last => last?,
        };
        let (sender, messages) = mpsc::sync_channel(queue);
        let counters = Arc::new(LogCounters::default());
        let writer = LogWriter {
            storage: storage.clone(),
            messages,
            counters: counters.clone(),
            tables: Some(tables),
            swept: 0,
            failed: None,
        };
        std::thread::Builder::new()
            .name("stepwright-logs".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| DerivedError::Unusable(error.to_string()))?;
        let logs = Self {
            storage,
            sender,
            counters,
            reader: LogReader::default(),
        };
        Ok((logs, last))
    }

    /// Queues a line, or counts it as lost when the queue is full. Never waits.
    pub(super) fn add(&self, arn: &Arc<str>, line: &Arc<LogLine>) {
        let message = LogMessage::Line(arn.clone(), line.clone());
        if let Err(TrySendError::Full(_)) = self.sender.try_send(message) {
            self.counters.lose(1);
        }
    }

    pub(super) fn lost(&self) -> u64 {
        self.counters.lost.load(Ordering::Relaxed)
    }

    /// Waits until all lines so far are written or lost, or the thread has ended.
    pub(super) fn flush(&self) {
        self.wait_for(LogMessage::Flush);
    }

    /// Waits until the lines of deleted executions are deleted, or the thread has ended.
    pub(super) fn sweep(&self) {
        self.wait_for(LogMessage::Sweep);
    }

    fn wait_for(&self, message: impl FnOnce(SyncSender<()>) -> LogMessage) {
        self.counters.waiting.fetch_add(1, Ordering::AcqRel);
        let (answer, answered) = mpsc::sync_channel(1);
        // Without the thread, the answer is an error at once, which means the same.
        let _ = self.sender.send(message(answer));
        let _ = answered.recv();
        self.counters.waiting.fetch_sub(1, Ordering::AcqRel);
    }

    /// Returns the lines of an execution, the oldest first, and how many older ones were dropped.
    /// Without tables that can be read there are none.
    pub(super) fn lines(&self, arn: &str) -> (Vec<Arc<LogLine>>, u64) {
        let mut reader = self.reader.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.read(&mut reader, arn);
        read.unwrap_or_else(|error| {
            // The next call opens the tables again: the thread may have replaced them.
            *reader = None;
            tracing::debug!(%error, "the logs of an execution cannot be read");
            (Vec::new(), 0)
        })
    }

    fn read(
        &self,
        reader: &mut Option<Box<dyn LogTables>>,
        arn: &str,
    ) -> Result<(Vec<Arc<LogLine>>, u64), DerivedError> {
        let reader = match reader {
            Some(reader) => reader,
            None => reader.insert(self.storage.reader()?),
        };
        let (stored, dropped) = reader.lines(arn)?;
        let lines = stored.iter().map(|line| line.decode().map(Arc::new));
        Ok((lines.collect::<Result<_, _>>()?, dropped))
    }
}

impl Drop for StoredLogs {
    fn drop(&mut self) {
        // The thread ends, and does not wait for a store that is away.
        self.counters.waiting.fetch_add(1, Ordering::AcqRel);
    }
}

impl std::fmt::Debug for LogReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogReader").finish_non_exhaustive()
    }
}
