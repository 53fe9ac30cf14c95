use std::fmt;
use std::sync::{Arc, Weak};

use crate::wait_id::{TimerKind, WaitId};

/// Somebody whom timers tell that their time has come.
pub(crate) trait Rings: Send + Sync {
    fn rang(&self, rang: Rang);
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rang {
    /// The time of a whole execution is over.
    Deadline,
    /// The time of one of its waits is over.
    Wait(WaitId, TimerKind),
}

/// A timer of an execution. It costs no memory of its own, and does not keep the execution.
pub(crate) struct Ring {
    whom: Weak<dyn Rings>,
    rang: Rang,
}

impl Ring {
    pub(crate) fn new<R: Rings + 'static>(whom: &Arc<R>, rang: Rang) -> Self {
        let whom: Weak<R> = Arc::downgrade(whom);
        Self { whom, rang }
    }

    /// What it is for, where it is for `whom`.
    pub(super) fn of(&self, whom: &dyn Rings) -> Option<Rang> {
        std::ptr::addr_eq(self.whom.as_ptr(), whom).then_some(self.rang)
    }

    pub(super) fn ring(self) {
        // One that is gone waits for nothing.
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
