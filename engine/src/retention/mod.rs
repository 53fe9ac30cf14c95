//! Deletes closed executions after their retention time, and the versions that no execution uses.
//!
//! `retention_thread.rs` is the thread, `retention_job.rs` its work. `stored_versions.rs` protects
//! the versions that a start needs.

pub(super) mod delete;
pub(super) mod retention_job;
pub(super) mod retention_thread;
pub(super) mod stored_versions;
pub(super) mod trusted_clock;

use std::time::Duration;

/// How long closed executions can be described.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retention {
    pub(super) time: Duration,
    pub(super) executions: usize,
    pub(super) bytes: u64,
    /// Whether the execution that ended last is retained although it alone takes more bytes:
    /// nothing else could describe it.
    pub(super) keeps_last: bool,
}

/// The configured retention.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ChosenRetention {
    pub(super) time: Option<Duration>,
    pub(super) executions: Option<usize>,
    pub(super) bytes: Option<u64>,
}

/// How many closed executions are retained in memory.
const EXECUTIONS: usize = 1_000;
/// How many bytes they may occupy there.
const BYTES: u64 = 16 * 1_048_576;
/// How long a store retains them, as AWS does: 90 days.
const TIME: Duration = Duration::from_secs(90 * 86_400);

impl ChosenRetention {
    /// Returns the retention in memory. A store has all executions, and memory only the newest.
    pub(super) fn in_memory(self, has_store: bool) -> Retention {
        let bytes = self.bytes.unwrap_or(BYTES);
        Retention {
            time: self.time.unwrap_or(Duration::MAX),
            executions: self.executions.unwrap_or(EXECUTIONS),
            bytes: if has_store { bytes.min(BYTES) } else { bytes },
            keeps_last: !has_store,
        }
    }

    /// Returns the retention in a store.
    pub(super) fn in_store(self) -> Retention {
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
    pub(super) fn is_endless(&self) -> bool {
        self.time == Duration::MAX && self.executions == usize::MAX && self.bytes == u64::MAX
    }
}
