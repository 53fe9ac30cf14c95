use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::asked::{Owner, add, take};
use super::{Alarm, Clock, Hold, Target};

/// The future of [`Clock::sleep`].
pub struct Sleep {
    clock: Clock,
    /// `None` once the guard was given.
    armed: Option<(Alarm, Arc<Sleeper>)>,
    /// Who waits for it, from the first poll on.
    owner: Option<Owner>,
}

thread_local! {
    /// Whether the handler that is polled on this thread waits for the engine's clock.
    static SLEEPS: Cell<bool> = const { Cell::new(false) };
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

    fn rang(&self, waker: Option<&Waker>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.0 {
            state.1 = waker.cloned();
        }
        state.0
    }
}

impl Sleep {
    pub(super) fn new(clock: Clock, duration: Duration) -> Self {
        let sleeper = Arc::new(Sleeper::default());
        let at = clock.now() + duration;
        let alarm = clock.arm_target(at, Target::Sleeper(sleeper.clone()), false);
        Self {
            clock,
            armed: Some((alarm, sleeper)),
            owner: None,
        }
    }

    /// Says that somebody sleeps, until it is over.
    fn falls_asleep(&mut self) {
        SLEEPS.set(true);
        if self.owner.is_none() && self.clock.is_virtual() {
            let owner = Owner::here();
            add(&mut self.clock.lock().asleep, owner);
            self.owner = Some(owner);
        }
    }

    fn wakes(&mut self) {
        if let Some(owner) = self.owner.take() {
            take(&mut self.clock.lock().asleep, owner);
        }
    }
}

impl Future for Sleep {
    type Output = Hold;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Hold> {
        let sleeper = self.armed.as_ref().map(|(_, sleeper)| sleeper.clone());
        if let Some(sleeper) = sleeper
            && !sleeper.rang(Some(cx.waker()))
        {
            self.falls_asleep();
            // Nothing else may be going on that would let time jump.
            self.clock.settle_if_virtual();
            if !sleeper.rang(Some(cx.waker())) {
                return Poll::Pending;
            }
        }
        SLEEPS.set(false);
        self.wakes();
        self.armed = None;
        // On virtual time the timer took the count that this guard gives back.
        Poll::Ready(Hold::new(self.clock.clone()))
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.wakes();
        if let Some((alarm, sleeper)) = self.armed.take() {
            self.clock.disarm(alarm);
            if sleeper.rang(None) {
                self.clock.release_hold();
            }
        }
    }
}

impl Clock {
    fn settle_if_virtual(&self) {
        if self.is_virtual() {
            self.settle();
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("is_over", &self.armed.is_none())
            .finish_non_exhaustive()
    }
}
