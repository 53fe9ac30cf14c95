//! Stops virtual time while a test or a worker is about to answer a task.

use std::fmt;
use std::sync::Arc;

use super::Clock;
use super::hold_owner::{HoldOwner, decrement, increment};
use super::listeners::Listeners;

/// Holds virtual time while its owner is awake.
pub(crate) struct AnswerHold {
    clock: Clock,
    owner: HoldOwner,
}

impl AnswerHold {
    pub(super) fn new(clock: Clock, owner: HoldOwner) -> Self {
        if clock.is_virtual() {
            increment(&mut clock.lock().answer_holds, owner);
        }
        Self { clock, owner }
    }
}

impl Drop for AnswerHold {
    fn drop(&mut self) {
        if self.clock.is_virtual() {
            decrement(&mut self.clock.lock().answer_holds, self.owner);
            self.clock.settle();
        }
    }
}

impl fmt::Debug for AnswerHold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(&self.owner).finish()
    }
}

/// Held while a task waits for the end of an execution: that task cannot answer a token.
pub(crate) struct EndWaiter(Option<Clock>);

impl EndWaiter {
    pub(super) fn new(clock: &Clock) -> Self {
        if !clock.is_virtual() {
            return Self(None);
        }
        clock.lock().ends_awaited += 1;
        clock.settle();
        Self(Some(clock.clone()))
    }
}

impl Drop for EndWaiter {
    fn drop(&mut self) {
        if let Some(clock) = &self.0 {
            clock.lock().ends_awaited -= 1;
        }
    }
}

impl Clock {
    /// Holds virtual time until a test has answered a token. Time advances while a task sleeps on
    /// this clock. It also advances while the test waits for an execution's end and no future
    /// listens for tokens: then no answer can come.
    pub(crate) fn hold_for_test(&self, listeners: &Arc<Listeners>) -> AnswerHold {
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
        AnswerHold::new(self.clone(), HoldOwner::Test)
    }

    /// Registers a task that waits for the end of an execution.
    pub(crate) fn await_end(&self) -> EndWaiter {
        EndWaiter::new(self)
    }

    /// Holds virtual time while a worker works. Time advances while the worker's task sleeps.
    pub(crate) fn hold_for_worker(&self) -> AnswerHold {
        AnswerHold::new(self.clone(), HoldOwner::here())
    }

    /// Holds virtual time from the notification of a worker until it takes its task.
    pub(crate) fn hold_for_handover(&self) -> AnswerHold {
        AnswerHold::new(self.clone(), HoldOwner::Handover)
    }
}
