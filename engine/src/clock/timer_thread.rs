//! The thread that sleeps until the next timer is due in real time, and its wake-up signal.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use web_time::Instant;

/// The thread that fires a clock's timers in real time.
///
/// It belongs to the clock and to no async runtime. So timers fire whichever runtime armed them,
/// also while that runtime is blocked or paused, and after it has shut down.
#[derive(Debug)]
pub(super) struct TimerThread {
    pub(super) signal: Arc<ThreadSignal>,
    /// When the thread checks the timers again without a signal. `None` while it is awake: it
    /// checks before it sleeps.
    pub(super) sleeps_until: Option<WakeTime>,
}

/// When a sleeping driver wakes.
#[derive(Clone, Copy, Debug)]
pub(super) enum WakeTime {
    At(Instant),
    WhenSignalled,
}

/// Wakes the driver's thread.
#[derive(Debug, Default)]
pub(super) struct ThreadSignal {
    /// Whether anything changed since the thread checked.
    is_raised: Mutex<bool>,
    raised: Condvar,
}

impl ThreadSignal {
    pub(super) fn raise(&self) {
        *self.lock() = true;
        self.raised.notify_one();
    }

    /// Waits until it is raised, no longer than `most`.
    pub(super) fn wait(&self, most: Option<Duration>) {
        let is_raised = self.lock();
        let is_quiet = |is_raised: &mut bool| !*is_raised;
        let mut is_raised = match most {
            Some(most) => {
                let waited = self.raised.wait_timeout_while(is_raised, most, is_quiet);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self
                .raised
                .wait_while(is_raised, is_quiet)
                .unwrap_or_else(PoisonError::into_inner),
        };
        *is_raised = false;
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is_raised
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
