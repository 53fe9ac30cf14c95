//! What an execution waits for, by ids that stay when it is written and read again.

use std::fmt;

use crate::record::record;

/// Names a cursor of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CursorId(u32);

impl CursorId {
    pub(crate) fn at(place: u32) -> Self {
        Self(place)
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// Its place among the cursors.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

record!(struct CursorId(place));

impl fmt::Display for CursorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
