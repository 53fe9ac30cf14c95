use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The thread that rings a clock's timers in real time.
///
/// It belongs to the clock and to no async runtime, so timers ring whichever runtime armed them, while that runtime is
/// blocked or paused, and after it is gone.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) signal: Arc<Signal>,
    /// When the thread looks at the timers again by itself. `None` while it is awake: it looks before it sleeps.
    pub(super) sleeps_until: Option<Wake>,
}

/// When a sleeping driver wakes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wake {
    At(Instant),
    WhenSignalled,
}

/// Wakes the driver's thread.
#[derive(Debug, Default)]
pub(super) struct Signal {
    /// Something changed since the thread looked.
    is_raised: Mutex<bool>,
    raised: Condvar,
}

impl Signal {
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
