use std::sync::Arc;

use crate::execution_info::ExecutionInfo;
use crate::record::{DecodeError, ReadNodes, Record, RecordReader, RecordWriter, record};
use crate::status::Status;
use crate::timestamp::Timestamp;
use crate::value::Value;

/// The version of the records of status changes.
const VERSION: u8 = 1;

/// A change of the status of an execution, as a record that does not refer to the records of the execution.
#[derive(Clone, Debug)]
pub struct StatusRecord {
    /// The execution, with its redrives until this change.
    pub about: Arc<ExecutionInfo>,
    /// The new status.
    pub status: Status,
    /// When it changed.
    pub at: Timestamp,
    /// The output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// Whether it is the child of a Map Run.
    pub is_map_run_child: bool,
    /// Whether it can be redriven.
    pub is_redrivable: bool,
}

record!(struct StatusRecord {
    1 => about, 2 => status, 3 => at, 4 => output, 5 => error, 6 => cause, 7 => is_map_run_child, 8 => is_redrivable
});

impl StatusRecord {
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
