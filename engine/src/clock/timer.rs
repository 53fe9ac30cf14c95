//! The timers of executions, and the trait that receives them when they fire.

use std::fmt;
use std::sync::{Arc, Weak};

use stepwright_interpreter::{TimerKind, WaitId};

/// Receives expired timers.
pub(crate) trait TimerSink: Send + Sync {
    fn timer_fired(&self, fired: TimerFired);
}

/// The purpose of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimerFired {
    /// The timeout of a whole execution.
    Deadline,
    /// A timer of one of its waits.
    Wait(WaitId, TimerKind),
}

/// A timer of an execution. It needs no allocation, and does not keep the execution alive.
pub(crate) struct Timer {
    sink: Weak<dyn TimerSink>,
    fired: TimerFired,
}

impl Timer {
    pub(crate) fn new<R: TimerSink + 'static>(sink: &Arc<R>, fired: TimerFired) -> Self {
        let sink: Weak<R> = Arc::downgrade(sink);
        Self { sink, fired }
    }

    /// Returns the purpose of the timer, if its owner is the argument.
    pub(super) fn of(&self, sink: &dyn TimerSink) -> Option<TimerFired> {
        std::ptr::addr_eq(self.sink.as_ptr(), sink).then_some(self.fired)
    }

    pub(super) fn fire(self) {
        // An execution that was dropped needs no timer.
        if let Some(sink) = self.sink.upgrade() {
            sink.timer_fired(self.fired);
        }
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timer").field(&self.fired).finish()
    }
}
