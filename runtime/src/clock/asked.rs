use std::fmt;
use std::sync::Arc;

use super::Clock;
use super::listeners::Listeners;
use super::owner::{Owner, add, take};

/// Keeps virtual time while its owner is awake.
pub(crate) struct Asked {
    clock: Clock,
    owner: Owner,
}

impl Asked {
    pub(super) fn new(clock: Clock, owner: Owner) -> Self {
        if clock.is_virtual() {
            add(&mut clock.lock().asked, owner);
        }
        Self { clock, owner }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if self.clock.is_virtual() {
            take(&mut self.clock.lock().asked, self.owner);
            self.clock.settle();
        }
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(&self.owner).finish()
    }
}

/// Somebody waits for the end of an execution: who does that answers no token meanwhile.
pub(crate) struct AwaitsEnd(Option<Clock>);

impl AwaitsEnd {
    pub(super) fn new(clock: &Clock) -> Self {
        if !clock.is_virtual() {
            return Self(None);
        }
        clock.lock().ends_awaited += 1;
        clock.settle();
        Self(Some(clock.clone()))
    }
}

impl Drop for AwaitsEnd {
    fn drop(&mut self) {
        if let Some(clock) = &self.0 {
            clock.lock().ends_awaited -= 1;
        }
    }
}

impl Clock {
    /// Keeps virtual time from jumping until a test has answered a token. Time goes on while somebody sleeps on this clock,
    /// and where the test waits for an execution's end and nobody listens for tokens: then nobody is about to answer.
    pub(crate) fn ask_test(&self, listeners: &Arc<Listeners>) -> Asked {
        if self.is_virtual() {
            // The listeners are the clock's: they must not keep it.
            let shared = Arc::downgrade(&self.shared);
            listeners.on(Box::new(move || {
                if let Some(shared) = shared.upgrade() {
                    Clock { shared }.settle();
                }
            }));
            let mut state = self.lock();
            if !state
                .listeners
                .iter()
                .any(|one| Arc::ptr_eq(one, listeners))
            {
                state.listeners.push(listeners.clone());
            }
        }
        Asked::new(self.clone(), Owner::Test)
    }

    /// Somebody begins to wait for the end of an execution.
    pub(crate) fn await_end(&self) -> AwaitsEnd {
        AwaitsEnd::new(self)
    }

    /// The same of a worker: virtual time stands while it works, and goes on while the task that it works in sleeps.
    pub(crate) fn ask_worker(&self) -> Asked {
        Asked::new(self.clone(), Owner::here())
    }

    /// The same from when a worker is told of a task until it takes it.
    pub(crate) fn ask_to_take(&self) -> Asked {
        Asked::new(self.clone(), Owner::Handover)
    }
}
