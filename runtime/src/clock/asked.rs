use std::fmt;
use std::sync::Arc;

use super::Clock;
use super::listeners::Listeners;
use super::owner::{Owner, add, take};

/// Holds virtual time while its owner is awake.
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

/// Held while a task waits for the end of an execution: that task cannot answer a token.
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
    /// Holds virtual time until a test has answered a token. Time advances while a task sleeps on this clock. It also advances while the test
    /// waits for an execution's end and no future listens for tokens: then no answer can come.
    pub(crate) fn ask_test(&self, listeners: &Arc<Listeners>) -> Asked {
        if self.is_virtual() {
            // The clock owns the listeners, so a strong reference would be a cycle.
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

    /// Registers a task that waits for the end of an execution.
    pub(crate) fn await_end(&self) -> AwaitsEnd {
        AwaitsEnd::new(self)
    }

    /// Holds virtual time while a worker works. Time advances while the worker's task sleeps.
    pub(crate) fn ask_worker(&self) -> Asked {
        Asked::new(self.clone(), Owner::here())
    }

    /// Holds virtual time from the notification of a worker until it takes its task.
    pub(crate) fn ask_to_take(&self) -> Asked {
        Asked::new(self.clone(), Owner::Handover)
    }
}
