//! Records of the starts, redrives and ends of executions.

use std::sync::Arc;

use crate::execution::Outcome;
use crate::execution_info::ExecutionInfo;
use crate::record::{DecodeError, ReadNodes, Record, RecordReader, RecordWriter, record};
use crate::status::Status;
use crate::timestamp::Timestamp;
use crate::value::Value;

/// The version of the records of status changes.
const VERSION: u8 = 1;

/// A change of the status of an execution, as a record that does not refer to the records of the
/// execution.
#[derive(Clone, Debug)]
pub struct StatusRecord {
    /// The execution: its ids, names and input, with its redrives until this change.
    pub execution: Arc<ExecutionInfo>,
    /// The new status. [`Status::Running`] after a start and a redrive.
    pub status: Status,
    /// When it changed.
    pub at: Timestamp,
    /// The output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed or was stopped with one.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// Whether it is the child of a Map Run.
    pub is_map_run_child: bool,
    /// Whether the engine has the states from which a redrive continues.
    pub is_redrivable: bool,
}

record!(struct StatusRecord {
    1 => execution, 2 => status, 3 => at, 4 => output, 5 => error, 6 => cause, 7 => is_map_run_child, 8 => is_redrivable
});

impl StatusRecord {
    /// Returns the record of the start of an execution, or of its last redrive.
    pub fn running(execution: Arc<ExecutionInfo>, is_map_run_child: bool) -> Self {
        Self {
            status: Status::Running,
            at: execution.redriven().unwrap_or(execution.started),
            execution,
            output: None,
            error: None,
            cause: None,
            is_map_run_child,
            is_redrivable: false,
        }
    }

    /// Returns the record of the end of the execution of this record.
    #[must_use]
    pub fn ended(self, at: Timestamp, outcome: Outcome, is_redrivable: bool) -> Self {
        let status = outcome.status();
        let (output, failure) = outcome.into_parts();
        let (error, cause) = failure.map_or((None, None), |failure| (failure.error, failure.cause));
        Self {
            status,
            at,
            output,
            error: error.map(String::from),
            cause: cause.map(String::from),
            is_redrivable,
            ..self
        }
    }

    /// Encodes the change.
    pub fn encode(&self) -> Vec<u8> {
        let mut to = RecordWriter::default();
        self.write(&mut to);
        to.finish(VERSION)
    }

    /// Decodes a change.
    ///
    /// # Errors
    ///
    /// If the record is damaged, or has another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = RecordReader::new(ReadNodes::default(), bytes, VERSION)?;
        Ok(Self::read(&mut from)?)
    }
}
