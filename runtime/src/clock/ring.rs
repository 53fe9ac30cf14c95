use std::fmt;
use std::sync::{Arc, Weak};

use crate::wait_id::{TimerKind, WaitId};

/// Receives expired timers.
pub(crate) trait Rings: Send + Sync {
    fn rang(&self, rang: Rang);
}

/// The purpose of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rang {
    /// The timeout of a whole execution.
    Deadline,
    /// A timer of one of its waits.
    Wait(WaitId, TimerKind),
}

/// A timer of an execution. It needs no allocation, and does not keep the execution alive.
pub(crate) struct Ring {
    whom: Weak<dyn Rings>,
    rang: Rang,
}

impl Ring {
    pub(crate) fn new<R: Rings + 'static>(whom: &Arc<R>, rang: Rang) -> Self {
        let whom: Weak<R> = Arc::downgrade(whom);
        Self { whom, rang }
    }

    /// Returns the purpose of the timer, if its owner is the argument.
    pub(super) fn of(&self, whom: &dyn Rings) -> Option<Rang> {
        std::ptr::addr_eq(self.whom.as_ptr(), whom).then_some(self.rang)
    }

    pub(super) fn ring(self) {
        // An execution that was dropped needs no timer.
        if let Some(whom) = self.whom.upgrade() {
            whom.rang(self.rang);
        }
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ring").field(&self.rang).finish()
    }
}
