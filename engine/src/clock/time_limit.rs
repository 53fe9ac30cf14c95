//! The time up to which a test allows virtual time to jump.

use stepwright_interpreter::Timestamp;

/// A limit of virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeLimit {
    /// The last moment to which time may jump.
    pub(super) last: Timestamp,
    /// Whether time passes also while someone else must answer:
    /// [`Clock::advance`](super::Clock::advance) demands it.
    pub(super) is_forced: bool,
}
