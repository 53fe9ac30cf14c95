//! Control of virtual time by a test in another process: it stops time, and advances it.

use std::time::Duration;

use tokio::sync::oneshot;

use super::time_limit::TimeLimit;
use super::{Clock, ClockState, Timestamp};

impl Clock {
    /// Stops virtual time at its current moment: timers fire only when [`advance`](Self::advance)
    /// reaches them, or after [`resume`](Self::resume). It has no effect on real time.
    pub fn stop(&self) {
        if self.is_virtual() {
            let mut state = self.lock();
            state.limit = Some(TimeLimit {
                last: state.now,
                is_forced: false,
            });
        }
    }

    /// Makes virtual time jump to the next timer again, after [`stop`](Self::stop).
    pub fn resume(&self) {
        if self.is_virtual() {
            let mut state = self.lock();
            state.limit = None;
            self.wake_timer_thread(&mut state);
            self.settle_from(state);
        }
    }

    /// Whether [`stop`](Self::stop) has stopped this clock.
    pub fn is_stopped(&self) -> bool {
        self.lock().limit.is_some()
    }

    /// Lets this much virtual time pass: fires all timers up to then, each at its moment, and waits
    /// for the steps and handlers that follow. Afterwards the time is `by` later, or later still if
    /// the clock is not [stopped](Self::stop). It does not wait for answers from outside: their
    /// timeouts expire. Returns at once on real time.
    ///
    /// If the future is dropped, time remains at the moment that it has reached. Calls must not
    /// overlap.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::time::Duration;
    /// use stepwright_runtime::clock::{Clock, Timestamp};
    ///
    /// let clock = Clock::virtual_from(Timestamp::default());
    /// clock.stop();
    /// clock.advance(Duration::from_secs(3 * 86_400)).await;
    /// assert_eq!(clock.now() - Timestamp::default(), Duration::from_secs(3 * 86_400));
    /// # }
    /// ```
    pub async fn advance(&self, by: Duration) {
        if !self.is_virtual() {
            return;
        }
        let (mut advance, last) = self.begin_advance(by);
        self.idle().await;
        advance.reached = Some(last);
    }

    /// Lets time pass until `by` has passed. Returns the guard that ends this, and the last moment.
    fn begin_advance(&self, by: Duration) -> (Advance<'_>, Timestamp) {
        let mut state = self.lock();
        let last = state.now + by;
        let advance = Advance {
            clock: self,
            was_stopped: state.limit.is_some(),
            reached: None,
        };
        state.limit = Some(TimeLimit {
            last,
            is_forced: true,
        });
        self.wake_timer_thread(&mut state);
        self.settle_from(state);
        (advance, last)
    }

    /// Waits until no execution can make progress: all have ended or wait for an answer from
    /// outside, or for a timer while the clock is [stopped](Self::stop). Returns at once on real
    /// time.
    pub async fn idle(&self) {
        if !self.is_virtual() {
            return;
        }
        let idle = {
            let mut state = self.lock();
            if state.is_idle() {
                return;
            }
            let (sender, idle) = oneshot::channel();
            state.idle_waiters.retain(|waiter| !waiter.is_closed());
            state.idle_waiters.push(sender);
            idle
        };
        // The sender is dropped only with the clock, which this method borrows.
        let _ = idle.await;
    }
}

/// Ends the forced passing of time, also when the future of [`Clock::advance`] is dropped.
struct Advance<'c> {
    clock: &'c Clock,
    was_stopped: bool,
    /// The moment at which time is after a complete advance.
    reached: Option<Timestamp>,
}

impl Drop for Advance<'_> {
    fn drop(&mut self) {
        let mut state = self.clock.lock();
        if let Some(reached) = self.reached
            && state.now < reached
        {
            self.clock.set_now(&mut state, reached);
        }
        state.limit = self.was_stopped.then_some(TimeLimit {
            last: state.now,
            is_forced: false,
        });
        self.clock.wake_timer_thread(&mut state);
        self.clock.settle_from(state);
    }
}

impl ClockState {
    /// Returns the moment to which time can jump if nothing else happens.
    pub(super) fn next_jump(&mut self) -> Option<Timestamp> {
        let is_forced = self.limit.is_some_and(|limit| limit.is_forced);
        if !is_forced && self.awaits_answer() {
            return None;
        }
        let next = if is_forced {
            self.next_of_all()
        } else {
            self.next_moment()
        };
        next.filter(|next| self.is_within_limit(*next))
    }

    /// Whether time may pass until this moment.
    pub(super) fn is_within_limit(&self, moment: Timestamp) -> bool {
        self.limit.is_none_or(|limit| moment <= limit.last)
    }

    /// Returns the moment of the next timer of any kind that changes executions.
    fn next_of_all(&mut self) -> Option<Timestamp> {
        let moments = [self.timers.earliest(), self.bounds.earliest()];
        moments.into_iter().flatten().min()
    }

    fn is_idle(&mut self) -> bool {
        self.busy + self.handlers + self.holds == 0 && self.next_jump().is_none()
    }

    /// Wakes those that wait until no execution can make progress.
    pub(super) fn report_idle(&mut self) {
        for waiter in self.idle_waiters.drain(..) {
            // The waiter may have been dropped.
            let _ = waiter.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use proptest::prelude::*;

    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(future)
    }

    #[test]
    fn an_advance_that_is_dropped_leaves_the_clock_stopped() {
        let clock = Clock::virtual_from(Timestamp::default());
        clock.stop();
        let held = clock.hold();
        let mut advance = Box::pin(clock.advance(seconds(60)));
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        assert!(advance.as_mut().poll(&mut context).is_pending());
        drop(advance);
        drop(held);
        assert!(clock.is_stopped());
        assert_eq!(clock.now(), Timestamp::default());
        block_on(clock.advance(seconds(60)));
        assert_eq!(clock.now() - Timestamp::default(), seconds(60));
    }

    #[test]
    fn real_time_neither_stops_nor_advances() {
        let clock = Clock::real();
        clock.stop();
        assert!(!clock.is_stopped());
        block_on(clock.advance(seconds(1_000_000)));
        block_on(clock.idle());
    }

    proptest! {
        /// Each timer fires at its moment, in the advance that passes it.
        #[test]
        fn advances_fire_timers_at_their_moments(
            timers in prop::collection::vec(0u64..1_000, 0..20),
            advances in prop::collection::vec(0u64..400, 0..10),
            is_jumping_at_the_end: bool,
        ) {
            let clock = Clock::virtual_from(Timestamp::default());
            clock.stop();
            let fired: Vec<_> = timers.iter().map(|_| Arc::new(AtomicI64::new(-1))).collect();
            for (timer, fired) in timers.iter().zip(&fired) {
                let (observer, fired) = (clock.clone(), fired.clone());
                let run = Box::new(move || {
                    fired.store(observer.now().unix_micros(), Ordering::SeqCst);
                });
                clock.arm_target(
                    Timestamp::default() + seconds(*timer),
                    super::super::TimerAction::Callback(run),
                    super::super::HeapKind::Timer,
                );
            }
            let mut passed = 0;
            let check = |passed: u64| {
                for (timer, fired) in timers.iter().zip(&fired) {
                    let moment = fired.load(Ordering::SeqCst);
                    let expected = if *timer <= passed {
                        i64::try_from(timer * 1_000_000).expect("it is small")
                    } else {
                        -1
                    };
                    assert_eq!(moment, expected);
                }
            };
            for advance in advances {
                block_on(clock.advance(seconds(advance)));
                passed += advance;
                prop_assert_eq!(clock.now() - Timestamp::default(), seconds(passed));
                if advance > 0 { check(passed); }
            }
            if is_jumping_at_the_end {
                clock.resume();
                block_on(clock.idle());
                check(1_000);
            }
        }
    }
}
