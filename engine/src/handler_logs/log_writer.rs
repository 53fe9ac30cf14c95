//! The thread that writes log lines to a file, and deletes those of deleted executions.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::line::LogLine;
use super::log_rows;
use crate::derived_file::{DerivedError, DerivedFile};
use crate::store::{SqliteReader, StoreError};

/// How many lines one transaction adds.
const BATCH: usize = 1_000;
/// How often the lines of some executions are deleted whose execution was deleted.
const SWEEP: Duration = Duration::from_secs(5);
/// How many executions are compared with the store at once.
const SWEPT: u32 = 200;

/// A message to the thread that writes lines.
pub(super) enum LogMessage {
    Line(Arc<str>, Arc<LogLine>),
    /// Answers when all lines before it are written.
    Flush(SyncSender<()>),
    /// Compares all executions with the store, and answers.
    Sweep(SyncSender<()>),
}

/// Writes lines to a file.
pub(super) struct LogWriter {
    pub(super) file: DerivedFile,
    pub(super) store_path: PathBuf,
    pub(super) messages: Receiver<LogMessage>,
    /// The id up to which the current sweep compared executions with the store.
    pub(super) swept: i64,
}

impl LogWriter {
    /// Runs until the logs are dropped, or the file cannot be written.
    pub(super) fn run(mut self, connection: Connection) {
        if let Err(error) = self.follow(connection) {
            self.file.log_stop(&error.to_string());
        }
    }

    fn follow(&mut self, mut connection: Connection) -> Result<(), DerivedError> {
        let mut is_replaced = false;
        let mut next_sweep = Instant::now() + SWEEP;
        loop {
            let mut answers = Vec::new();
            let mut is_sweep = false;
            let mut lines: HashMap<Arc<str>, Vec<Arc<LogLine>>> = HashMap::new();
            let pause = next_sweep.saturating_duration_since(Instant::now());
            let first = match self.messages.recv_timeout(pause) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            let more = self.messages.try_iter().take(BATCH);
            for message in first.into_iter().chain(more) {
                match message {
                    LogMessage::Line(arn, line) => lines.entry(arn).or_default().push(line),
                    LogMessage::Flush(answer) => answers.push(answer),
                    LogMessage::Sweep(answer) => {
                        is_sweep = true;
                        answers.push(answer);
                    }
                }
            }
            let mut written = write(&connection, &lines);
            if written.is_ok() && (is_sweep || Instant::now() >= next_sweep) {
                written = self.sweep(&connection, is_sweep);
                next_sweep = Instant::now() + SWEEP;
            }
            match written {
                Err(DerivedError::Damaged(why)) if !std::mem::replace(&mut is_replaced, true) => {
                    drop(connection);
                    connection = self.file.replace(&why)?;
                    write(&connection, &lines)?;
                }
                written => written?,
            }
            for answer in answers {
                // The caller may have stopped waiting.
                let _ = answer.send(());
            }
        }
    }

    /// Deletes the lines of executions that the store does not have: of some, or of all.
    fn sweep(&mut self, connection: &Connection, is_complete: bool) -> Result<(), DerivedError> {
        if is_complete {
            self.swept = 0;
        }
        loop {
            let executions = log_rows::executions(connection, self.swept, SWEPT)?;
            self.swept = match executions.last() {
                Some((last, _)) if executions.len() == SWEPT as usize => *last,
                _ => 0,
            };
            match self.deleted(executions) {
                Ok(deleted) => {
                    let transaction = connection.unchecked_transaction()?;
                    for id in deleted {
                        log_rows::delete(&transaction, id)?;
                    }
                    transaction.commit()?;
                }
                Err(error) => {
                    tracing::debug!(%error, "the logs of deleted executions stay until the store can be read");
                    return Ok(());
                }
            }
            if !is_complete || self.swept == 0 {
                return Ok(());
            }
        }
    }

    /// Returns the ids of the executions that the store does not have.
    fn deleted(&self, executions: Vec<(i64, String)>) -> Result<Vec<i64>, StoreError> {
        if executions.is_empty() {
            return Ok(Vec::new());
        }
        let mut store = SqliteReader::open(&self.store_path)?;
        let mut deleted = Vec::new();
        for (id, arn) in executions {
            if store.scan_one(&arn)?.is_none() {
                deleted.push(id);
            }
        }
        Ok(deleted)
    }
}

fn write(
    connection: &Connection,
    lines: &HashMap<Arc<str>, Vec<Arc<LogLine>>>,
) -> Result<(), DerivedError> {
    if lines.is_empty() {
        return Ok(());
    }
    let transaction = connection.unchecked_transaction()?;
    for (arn, lines) in lines {
        log_rows::add(&transaction, arn, lines)?;
    }
    transaction.commit()?;
    Ok(())
}
