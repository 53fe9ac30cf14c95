//! The state that a sleeping task and its timer share, and a record of handlers that sleep.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

thread_local! {
    /// Whether the handler that is polled on this thread waits for the engine's clock.
    pub(super) static SLEEPS: Cell<bool> = const { Cell::new(false) };
}

/// Calls a function, and returns whether it then sleeps on a clock.
#[inline]
pub(crate) fn while_watched<T>(poll: impl FnOnce() -> T) -> (T, bool) {
    let before = SLEEPS.replace(false);
    let polled = poll();
    (polled, SLEEPS.replace(before))
}

/// Records that the handler on this thread holds virtual time itself, if necessary.
pub(crate) fn note_sleep() {
    SLEEPS.set(true);
}

/// The target of a sleep's timer.
#[derive(Default)]
pub(crate) struct Sleeper {
    state: Mutex<SleeperState>,
}

#[derive(Default)]
struct SleeperState {
    fired: bool,
    /// Whether the sleep was dropped.
    is_dropped: bool,
    waker: Option<Waker>,
}

impl Sleeper {
    fn lock(&self) -> MutexGuard<'_, SleeperState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the sleeping task. Returns `false` if the sleep was dropped.
    pub(super) fn fire(&self) -> bool {
        let waker = {
            let mut state = self.lock();
            if state.is_dropped {
                return false;
            }
            state.fired = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Whether the timer fired; otherwise `waker` is woken when it does.
    pub(super) fn fired(&self, waker: &Waker) -> bool {
        let mut state = self.lock();
        let before = (!state.fired).then(|| state.waker.replace(waker.clone()));
        let fired = state.fired;
        drop(state);
        drop(before);
        fired
    }

    /// Marks the sleep as dropped. Returns whether the timer fired without a later poll.
    pub(super) fn mark_dropped(&self) -> bool {
        let mut state = self.lock();
        state.is_dropped = true;
        state.fired
    }
}
