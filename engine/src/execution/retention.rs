//! How long closed executions are retained.

use std::time::Duration;

/// How long closed executions can be described.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) time: Duration,
    pub(crate) executions: usize,
    pub(crate) bytes: u64,
    /// Whether the execution that ended last is retained although it alone takes more bytes:
    /// nothing else could describe it.
    pub(crate) keeps_last: bool,
}

/// The configured retention.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ChosenRetention {
    pub(crate) time: Option<Duration>,
    pub(crate) executions: Option<usize>,
    pub(crate) bytes: Option<u64>,
}

/// How many closed executions are retained in memory.
const EXECUTIONS: usize = 1_000;
/// How many bytes they may occupy there.
const BYTES: u64 = 16 * 1_048_576;
/// How long a store retains them, as AWS does: 90 days.
const TIME: Duration = Duration::from_secs(90 * 86_400);

impl ChosenRetention {
    /// Returns the retention in memory. A store has all executions, and memory only the newest.
    pub(crate) fn in_memory(self, has_store: bool) -> Retention {
        let bytes = self.bytes.unwrap_or(BYTES);
        Retention {
            time: self.time.unwrap_or(Duration::MAX),
            executions: self.executions.unwrap_or(EXECUTIONS),
            bytes: if has_store { bytes.min(BYTES) } else { bytes },
            keeps_last: !has_store,
        }
    }

    /// Returns the retention in a store.
    pub(crate) fn in_store(self) -> Retention {
        Retention {
            time: self.time.unwrap_or(TIME),
            executions: self.executions.unwrap_or(usize::MAX),
            bytes: self.bytes.unwrap_or(u64::MAX),
            keeps_last: false,
        }
    }
}

impl Retention {
    /// Whether nothing is ever deleted.
    pub(crate) fn is_endless(&self) -> bool {
        self.time == Duration::MAX && self.executions == usize::MAX && self.bytes == u64::MAX
    }
}
