//! The interface between the logs of handlers and the tables that they are stored in.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use tracing::Level;

use super::line::LogLine;
use crate::clock::Timestamp;
use crate::store::DerivedError;

/// Where [`HandlerLogs`](super::HandlerLogs) are stored, next to the store of their executions.
/// With a file, that is a file next to it; `stepwright-postgres` has tables next to those of the
/// store.
///
/// One thread writes the tables, and another one may read them.
pub trait LogStorage: fmt::Debug + Send + Sync + 'static {
    /// Returns the name of the logs for people, as the subject of a sentence.
    fn name(&self) -> String;

    /// Opens the tables, and creates them if they are missing.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn open(&self) -> Result<Box<dyn LogTables>, DerivedError>;

    /// Removes all lines, and opens the tables. Reports the reason in the log.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn replace(&self, why: &str) -> Result<Box<dyn LogTables>, DerivedError>;

    /// Opens the tables for reading.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn reader(&self) -> Result<Box<dyn LogTables>, DerivedError>;
}

/// The tables of log lines.
pub trait LogTables: Send {
    /// Returns the largest number of a line; 0 without lines.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn last_number(&mut self) -> Result<u64, DerivedError>;

    /// Adds lines in one transaction. While the lines of an execution have more than `limit` bytes,
    /// its oldest line is deleted and counted. A line that the tables have already is not added
    /// again.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn add(&mut self, logs: &[LoggedLines], limit: u64) -> Result<(), DerivedError>;

    /// Returns the lines of an execution, the oldest first, and how many older ones were deleted.
    ///
    /// # Errors
    ///
    /// Those of the tables.
    fn lines(&mut self, arn: &str) -> Result<(Vec<StoredLine>, u64), DerivedError>;

    /// Deletes the lines of executions that the store does not have, among the first `limit`
    /// executions after a position; 0 is the first position. Returns the position of the last one;
    /// `None` if no more executions have lines.
    ///
    /// # Errors
    ///
    /// Those of the tables and of the store.
    fn sweep(&mut self, after: i64, limit: u32) -> Result<Option<i64>, DerivedError>;
}

/// Further lines of an execution.
#[derive(Clone, Debug)]
pub struct LoggedLines {
    /// The ARN of the execution.
    pub arn: Arc<str>,
    /// The lines, the oldest first.
    pub lines: Vec<StoredLine>,
}

/// A line as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLine {
    /// Its number, which increases with each line of an execution.
    pub number: u64,
    /// Its bytes of memory, for the limit.
    pub bytes: u64,
    /// Its content.
    pub data: Vec<u8>,
}

/// The content of a line.
type Content<'a> = (
    i64,
    Cow<'a, str>,
    Cow<'a, str>,
    u32,
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, [(Cow<'static, str>, String)]>,
    bool,
);

impl StoredLine {
    pub(super) fn encode(line: &LogLine) -> Result<Self, DerivedError> {
        let content: Content<'_> = (
            line.at.unix_micros(),
            line.level.as_str().into(),
            (&*line.state).into(),
            line.attempt,
            (&*line.target).into(),
            (&line.message).into(),
            (&line.fields).into(),
            line.is_cut,
        );
        let data = serde_json::to_vec(&content);
        Ok(Self {
            number: line.number,
            bytes: line.bytes() as u64,
            data: data.map_err(|error| DerivedError::Unusable(error.to_string()))?,
        })
    }

    pub(super) fn decode(&self) -> Result<LogLine, DerivedError> {
        let content = serde_json::from_slice(&self.data);
        let (at, level, state, attempt, target, message, fields, is_cut): Content<'_> =
            content.map_err(|error| DerivedError::Damaged(error.to_string()))?;
        Ok(LogLine {
            number: self.number,
            at: Timestamp::from_unix_micros(at),
            level: level
                .parse::<Level>()
                .map_err(|error| DerivedError::Damaged(error.to_string()))?,
            state: (&*state).into(),
            attempt,
            target: target.into_owned().into(),
            message: message.into_owned(),
            fields: fields.into_owned(),
            is_cut,
        })
    }
}
