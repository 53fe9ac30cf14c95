use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rang: bool,
    /// Nobody sleeps any more.
    is_gone: bool,
    waker: Option<Waker>,
}

impl Sleeper {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes who sleeps. `false` where nobody does any more.
    pub(super) fn ring(&self) -> bool {
        let waker = {
            let mut state = self.lock();
            if state.is_gone {
                return false;
            }
            state.rang = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Whether it rang; else it wakes `waker` when it does.
    pub(super) fn rang(&self, waker: &Waker) -> bool {
        let mut state = self.lock();
        let before = (!state.rang).then(|| state.waker.replace(waker.clone()));
        let rang = state.rang;
        drop(state);
        drop(before);
        rang
    }

    /// Nobody sleeps any more. Gives whether it rang for somebody who did not learn of it.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.lock();
        state.is_gone = true;
        state.rang
    }
}
