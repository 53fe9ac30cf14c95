use std::cell::Cell;
use std::sync::{Mutex, PoisonError};
use std::task::Waker;

thread_local! {
    /// Whether the handler that is polled on this thread waits for the engine's clock.
    pub(super) static SLEEPS: Cell<bool> = const { Cell::new(false) };
}

/// Does something, and says whether it then sleeps on a clock.
pub(crate) fn while_watched<T>(poll: impl FnOnce() -> T) -> (T, bool) {
    let before = SLEEPS.replace(false);
    let polled = poll();
    (polled, SLEEPS.replace(before))
}

/// Says that what is polled on this thread keeps virtual time by itself.
pub(crate) fn note_sleep() {
    SLEEPS.set(true);
}

/// What the timer rings.
#[derive(Default)]
pub(crate) struct Sleeper {
    state: Mutex<(bool, Option<Waker>)>,
}

impl Sleeper {
    pub(super) fn ring(&self) {
        let waker = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.0 = true;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(super) fn rang(&self, waker: Option<&Waker>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.0 {
            state.1 = waker.cloned();
        }
        state.0
    }
}
