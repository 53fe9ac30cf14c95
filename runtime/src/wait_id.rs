//! What an execution waits for, by ids that stay when it is written and read again.

use std::fmt;
use std::num::NonZeroU32;

use crate::record::{Damaged, Reader, Record, Writer};

/// Names a cursor of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CursorId(
    /// One more than its place, so that one that may be missing takes no more room.
    NonZeroU32,
);

impl CursorId {
    pub(crate) fn at(place: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(place))
    }

    pub(crate) fn number(self) -> u32 {
        self.0.get() - 1
    }

    /// Its place among the cursors.
    pub(crate) fn place(self) -> usize {
        self.number() as usize
    }
}

impl Record for CursorId {
    fn write(&self, to: &mut Writer) {
        self.number().write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        u32::read(from).map(Self::at)
    }
}

impl fmt::Display for CursorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// Names one wait of one cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WaitId {
    pub(crate) cursor: CursorId,
    pub(crate) wait: u32,
}

impl fmt::Display for WaitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.cursor, self.wait)
    }
}

/// Why a timer rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TimerKind {
    /// A Wait or a Retry's delay is over.
    Wait,
    /// TimeoutSeconds ran out.
    Timeout,
    /// HeartbeatSeconds ran out.
    Heartbeat,
    /// An answer that was there already becomes due.
    Answer,
}
