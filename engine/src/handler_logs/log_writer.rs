//! The thread that stores log lines, and deletes those of deleted executions.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use web_time::Instant;

use super::line::{BYTES_PER_EXECUTION, LogLine};
use super::log_counters::LogCounters;
use super::log_storage::{LogStorage, LogTables, LoggedLines, StoredLine};
use crate::store::DerivedError;

/// How many lines one transaction adds.
const BATCH: usize = 1_000;
/// How often the lines of some executions are deleted whose execution was deleted.
const SWEEP: Duration = Duration::from_secs(5);
/// How many executions are compared with the store at once.
const SWEPT: u32 = 200;
/// How long the thread waits after the store could not be written.
const RETRY: Duration = Duration::from_secs(1);

/// A message to the thread that writes lines.
pub(super) enum LogMessage {
    Line(Arc<str>, Arc<LogLine>),
    /// Answers when all lines before it are written.
    Flush(SyncSender<()>),
    /// Compares all executions with the store, and answers.
    Sweep(SyncSender<()>),
}

/// Writes lines.
pub(super) struct LogWriter {
    pub(super) storage: Arc<dyn LogStorage>,
    pub(super) messages: Receiver<LogMessage>,
    pub(super) counters: Arc<LogCounters>,
    /// The open tables; `None` while the store is away.
    pub(super) tables: Option<Box<dyn LogTables>>,
    /// The position up to which the current sweep compared executions with the store.
    pub(super) swept: i64,
    /// When the store could not be written last, until it can be.
    pub(super) failed: Option<Instant>,
}

impl LogWriter {
    /// Runs until the logs are dropped, or cannot be written.
    pub(super) fn run(mut self) {
        if let Err(error) = self.follow() {
            let name = self.storage.name();
            tracing::warn!("{name} stops, and the engine continues without it: {error}");
        }
    }

    fn follow(&mut self) -> Result<(), DerivedError> {
        let mut is_replaced = false;
        let mut next_sweep = Instant::now() + SWEEP;
        loop {
            let mut answers = Vec::new();
            let mut is_sweep = false;
            let mut lines: HashMap<Arc<str>, Vec<StoredLine>> = HashMap::new();
            let pause = next_sweep.saturating_duration_since(Instant::now());
            let first = match self.messages.recv_timeout(pause) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            let more = self.messages.try_iter().take(BATCH);
            for message in first.into_iter().chain(more) {
                match message {
                    LogMessage::Line(arn, line) => {
                        let lines = lines.entry(arn).or_default();
                        lines.push(StoredLine::encode(&line)?);
                    }
                    LogMessage::Flush(answer) => answers.push(answer),
                    LogMessage::Sweep(answer) => {
                        is_sweep = true;
                        answers.push(answer);
                    }
                }
            }
            let logs: Vec<LoggedLines> = lines
                .into_iter()
                .map(|(arn, lines)| LoggedLines { arn, lines })
                .collect();
            let mut written = self.write(&logs);
            if written.is_ok() && (is_sweep || Instant::now() >= next_sweep) {
                written = self.sweep(is_sweep);
                next_sweep = Instant::now() + SWEEP;
            }
            match written {
                Err(DerivedError::Damaged(why)) if !std::mem::replace(&mut is_replaced, true) => {
                    self.tables = None;
                    self.tables = Some(self.storage.replace(&why)?);
                    self.write(&logs)?;
                }
                written => written?,
            }
            for answer in answers {
                // The caller may have stopped waiting.
                let _ = answer.send(());
            }
        }
    }

    /// Adds lines. While the store is away, tries again until a caller waits for the lines, and
    /// counts them as lost then.
    fn write(&mut self, logs: &[LoggedLines]) -> Result<(), DerivedError> {
        if logs.is_empty() {
            return Ok(());
        }
        let limit = BYTES_PER_EXECUTION as u64;
        loop {
            let is_early = self.failed.is_some_and(|failed| failed.elapsed() < RETRY);
            if !is_early {
                match self.with_tables(|tables| tables.add(logs, limit)) {
                    Ok(()) => {
                        self.failed = None;
                        return Ok(());
                    }
                    Err(DerivedError::Store(error)) => {
                        if self.failed.replace(Instant::now()).is_none() {
                            tracing::warn!(%error, "the logs of handlers are in memory only, because they cannot be stored now");
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            if self.counters.is_awaited() {
                let lines: usize = logs.iter().map(|log| log.lines.len()).sum();
                self.counters.lose(lines as u64);
                return Ok(());
            }
            std::thread::sleep(RETRY / 10);
        }
    }

    /// Deletes the lines of executions that the store does not have: of some, or of all.
    fn sweep(&mut self, is_complete: bool) -> Result<(), DerivedError> {
        if is_complete {
            self.swept = 0;
        }
        loop {
            let swept = self.swept;
            let next = match self.with_tables(|tables| tables.sweep(swept, SWEPT)) {
                Err(DerivedError::Store(error)) => {
                    tracing::debug!(%error, "the logs of deleted executions stay until the store can be read");
                    return Ok(());
                }
                next => next?,
            };
            self.swept = next.unwrap_or(0);
            if !is_complete || next.is_none() {
                return Ok(());
            }
        }
    }

    /// Calls the tables, which are opened again after an error of the store.
    fn with_tables<T>(
        &mut self,
        work: impl FnOnce(&mut dyn LogTables) -> Result<T, DerivedError>,
    ) -> Result<T, DerivedError> {
        let tables = match &mut self.tables {
            Some(tables) => tables,
            tables => tables.insert(self.storage.open()?),
        };
        let done = work(&mut **tables);
        if let Err(DerivedError::Store(_)) = &done {
            self.tables = None;
        }
        done
    }
}
