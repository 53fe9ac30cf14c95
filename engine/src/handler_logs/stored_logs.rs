//! Log lines in a file next to a store, so that they survive a restart.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::line::LogLine;
use super::log_format::FORMAT;
use super::log_rows;
use super::log_writer::{LogMessage, LogWriter};
use crate::derived_file::{DerivedError, DerivedFile};

/// How many lines wait for the thread that writes them.
const QUEUE: usize = 10_000;

/// The lines in a file next to a store.
#[derive(Debug)]
pub(super) struct StoredLogs {
    file: DerivedFile,
    sender: SyncSender<LogMessage>,
    /// Lines that were not written because the queue was full.
    lost: AtomicU64,
    reader: Mutex<Option<Connection>>,
}

impl StoredLogs {
    /// Opens the file, and starts the thread that writes to it. Returns the logs and the number of
    /// the newest line.
    pub(super) fn open(store: &Path) -> Result<(Self, u64), DerivedError> {
        Self::of_file(store, DerivedFile::next_to(store, &FORMAT), QUEUE)
    }

    pub(super) fn of_file(
        store: &Path,
        file: DerivedFile,
        queue: usize,
    ) -> Result<(Self, u64), DerivedError> {
        let mut connection = file.open()?;
        let last = match log_rows::last_number(&connection) {
            Err(DerivedError::Damaged(why)) => {
                drop(connection);
                connection = file.replace(&why)?;
                0
            }
            last => last?,
        };
        let (sender, messages) = mpsc::sync_channel(queue);
        let writer = LogWriter {
            file: file.clone(),
            store_path: store.to_owned(),
            messages,
            swept: 0,
        };
        std::thread::Builder::new()
            .name("stepwright-logs".to_owned())
            .spawn(move || writer.run(connection))
            .map_err(|error| DerivedError::Unusable(error.to_string()))?;
        let logs = Self {
            file,
            sender,
            lost: AtomicU64::new(0),
            reader: Mutex::default(),
        };
        Ok((logs, last))
    }

    /// Queues a line, or counts it as lost when the queue is full. Never waits.
    pub(super) fn add(&self, arn: &Arc<str>, line: &Arc<LogLine>) {
        let message = LogMessage::Line(arn.clone(), line.clone());
        if let Err(TrySendError::Full(_)) = self.sender.try_send(message) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Waits until all lines so far are written, or the thread has ended.
    pub(super) fn flush(&self) {
        self.wait_for(LogMessage::Flush);
    }

    /// Waits until the lines of deleted executions are deleted, or the thread has ended.
    pub(super) fn sweep(&self) {
        self.wait_for(LogMessage::Sweep);
    }

    fn wait_for(&self, message: impl FnOnce(SyncSender<()>) -> LogMessage) {
        let (answer, answered) = mpsc::sync_channel(1);
        // Without the thread, the answer is an error at once, which means the same.
        let _ = self.sender.send(message(answer));
        let _ = answered.recv();
    }

    /// Returns the lines of an execution, the oldest first, and how many older ones were dropped.
    /// Without a file that can be read there are none.
    pub(super) fn lines(&self, arn: &str) -> (Vec<Arc<LogLine>>, u64) {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.read(&mut reader, arn);
        read.unwrap_or_else(|error| {
            // The next call opens the file again: the thread may have replaced it.
            *reader = None;
            tracing::debug!(%error, "the logs of an execution cannot be read");
            (Vec::new(), 0)
        })
    }

    fn read(
        &self,
        reader: &mut Option<Connection>,
        arn: &str,
    ) -> Result<(Vec<Arc<LogLine>>, u64), DerivedError> {
        let reader = match reader {
            Some(reader) => reader,
            None => reader.insert(self.file.reader()?),
        };
        log_rows::lines(reader, arn)
    }
}
