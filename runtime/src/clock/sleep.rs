use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{Alarm, Clock, Hold, Target};

/// The future of [`Clock::sleep`].
pub struct Sleep {
    clock: Clock,
    /// `None` once the guard was given.
    armed: Option<(Alarm, Arc<Sleeper>)>,
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
        }
    }
}

impl Future for Sleep {
    type Output = Hold;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Hold> {
        if let Some((_, sleeper)) = &self.armed
            && !sleeper.rang(Some(cx.waker()))
        {
            // Nothing else may be going on that would let time jump.
            self.clock.settle_if_virtual();
            if !sleeper.rang(Some(cx.waker())) {
                return Poll::Pending;
            }
        }
        self.armed = None;
        // On virtual time the timer took the count that this guard gives back.
        Poll::Ready(Hold::new(self.clock.clone()))
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
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
