//! Ids of an execution's waits, which do not change when the execution is written and read again.

use std::fmt;
use std::num::NonZeroU32;

use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter};

/// Identifies a cursor of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CursorId(
    /// One more than its index, so that an optional id needs no additional memory.
    NonZeroU32,
);

impl CursorId {
    /// Returns the id of the cursor with this index.
    pub fn at(index: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index))
    }

    pub(crate) fn number(self) -> u32 {
        self.0.get() - 1
    }

    /// Returns its index among the cursors.
    pub(crate) fn index(self) -> usize {
        self.number() as usize
    }
}

impl Record for CursorId {
    fn write(&self, to: &mut RecordWriter) {
        self.number().write(to);
    }

    fn read(from: &mut RecordReader<'_>) -> Result<Self, DamagedRecord> {
        u32::read(from).map(Self::at)
    }
}

impl fmt::Display for CursorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// Identifies one wait of one cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitId {
    /// The cursor that waits.
    pub cursor: CursorId,
    /// The number of the wait in the execution.
    pub wait: u32,
}

impl fmt::Display for WaitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.cursor, self.wait)
    }
}

/// The purpose of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerKind {
    /// The end of a Wait or of a Retry's delay.
    Wait,
    /// TimeoutSeconds.
    Timeout,
    /// HeartbeatSeconds.
    Heartbeat,
    /// A delayed answer becomes due.
    Answer,
}
