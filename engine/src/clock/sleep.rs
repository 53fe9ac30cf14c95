//! Sleeping on the engine's clock, for handlers and tests, in real and virtual time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::hold_owner::{HoldOwner, decrement, increment};
use super::sleeper::{SLEEPS, Sleeper};
use super::{ArmedTimer, Clock, HeapKind, Hold, TimerAction};

/// The future of [`Clock::sleep`].
pub struct Sleep {
    clock: Clock,
    /// `None` once the guard was returned.
    armed: Option<(ArmedTimer, Arc<Sleeper>)>,
    /// The owner of the sleep, set at the first poll.
    owner: Option<HoldOwner>,
}

impl Sleep {
    pub(super) fn new(clock: Clock, duration: Duration) -> Self {
        let sleeper = Arc::new(Sleeper::default());
        let at = clock.now() + duration;
        let alarm = clock.arm_target(at, TimerAction::Sleeper(sleeper.clone()), HeapKind::Timer);
        Self {
            clock,
            armed: Some((alarm, sleeper)),
            owner: None,
        }
    }

    /// Registers the sleep with the clock.
    fn falls_asleep(&mut self) {
        SLEEPS.set(true);
        if self.owner.is_none() && self.clock.is_virtual() {
            let owner = HoldOwner::here();
            increment(&mut self.clock.lock().asleep, owner);
            self.owner = Some(owner);
        }
    }

    fn wakes(&mut self) {
        if let Some(owner) = self.owner.take() {
            decrement(&mut self.clock.lock().asleep, owner);
        }
    }
}

impl Future for Sleep {
    type Output = Hold;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Hold> {
        let sleeper = self.armed.as_ref().map(|(_, sleeper)| sleeper.clone());
        if let Some(sleeper) = sleeper
            && !sleeper.fired(cx.waker())
        {
            self.falls_asleep();
            // Virtual time can jump now if nothing else can happen.
            self.clock.settle_if_virtual();
            if !sleeper.fired(cx.waker()) {
                return Poll::Pending;
            }
        }
        SLEEPS.set(false);
        self.wakes();
        self.armed = None;
        // On virtual time, the timer took the count that this guard releases.
        Poll::Ready(Hold::new(self.clock.clone()))
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.wakes();
        if let Some((alarm, sleeper)) = self.armed.take() {
            self.clock.disarm(alarm);
            if sleeper.mark_dropped() {
                self.clock.release_hold();
            }
        }
    }
}

impl Clock {
    /// Sleeps for `duration` on this clock, from now on, not from the first poll.
    ///
    /// The returned guard holds virtual time: retain it until the work after the sleep is done.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.clone(), duration)
    }

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
