//! The public guard with which a program stops virtual time for a while.

use std::fmt;

use super::Clock;

/// Prevents virtual time from jumping while it is alive; see [`Clock::hold`].
#[must_use = "virtual time jumps again as soon as the guard is dropped"]
pub struct Hold {
    clock: Clock,
}

impl Hold {
    /// Takes ownership of one of the clock's counted holds.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.clock.release_hold();
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}

impl Clock {
    /// Prevents virtual time from jumping until the guard is dropped. It has no effect on real
    /// time.
    pub fn hold(&self) -> Hold {
        if self.shared.is_virtual {
            self.lock().holds += 1;
        }
        Hold::new(self.clone())
    }
}
