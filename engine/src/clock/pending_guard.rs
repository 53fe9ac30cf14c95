//! Stops virtual time while a handler is running.

use std::fmt;

use super::Clock;

/// Counts a handler as pending on the clock while it is alive.
pub(crate) struct PendingGuard(Clock);

impl PendingGuard {
    pub(crate) fn new(clock: Clock) -> Self {
        clock.handler_pends();
        Self(clock)
    }
}

impl Drop for PendingGuard {
    fn drop(&mut self) {
        self.0.handler_ended();
    }
}

impl fmt::Debug for PendingGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending")
    }
}
