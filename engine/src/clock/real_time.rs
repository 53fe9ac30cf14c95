//! Fires a clock's timers in real time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use web_time::Instant;

use super::timer_heap::TimerHeap;
use super::timer_thread::{ThreadSignal, TimerThread, WakeTime};
use super::{Clock, ClockShared, ClockState, system_time};

/// The longest sleep of the driver while a timer is armed. A sleep does not count the time in which
/// the machine is suspended. Steps of the wall clock are checked between two sleeps.
const STRETCH: Duration = Duration::from_secs(10);

impl Clock {
    /// Ensures that the next timer fires in real time.
    ///
    /// # Panics
    ///
    /// When the operating system cannot start a thread: timers would never fire.
    pub(super) fn wake_timer_thread(&self, state: &mut ClockState) {
        if self.is_virtual() && state.handlers == 0 {
            return;
        }
        let Some(timer_thread) = &state.timer_thread else {
            state.timer_thread = Some(self.start_timer_thread());
            return;
        };
        let (signal, sleeps_until) = (timer_thread.signal.clone(), timer_thread.sleeps_until);
        let is_early_enough = match sleeps_until {
            None => true,
            Some(WakeTime::WhenSignalled) => false,
            Some(WakeTime::At(wakes)) => {
                let due = self.until_next(state).map(|wait| Instant::now() + wait);
                due.is_none_or(|due| wakes <= due)
            }
        };
        if !is_early_enough {
            signal.raise();
        }
    }

    fn start_timer_thread(&self) -> TimerThread {
        let signal = Arc::new(ThreadSignal::default());
        let (shared, raised) = (Arc::downgrade(&self.shared), signal.clone());
        // A browser has no threads. There, virtual time does not pass while a handler is pending.
        if !cfg!(target_family = "wasm") {
            std::thread::Builder::new()
                .name("stepwright-clock".to_owned())
                .spawn(move || drive(&shared, &raised))
                .unwrap_or_else(|error| {
                    panic!("the operating system starts no thread for the engine's clock: {error}")
                });
        }
        TimerThread {
            signal,
            sleeps_until: None,
        }
    }

    /// Returns the time until the next timer fires if nothing changes; `None` when a timer can only
    /// fire after a change.
    fn until_next(&self, state: &mut ClockState) -> Option<Duration> {
        if self.is_virtual() {
            let since = state.pending_since?;
            let next = state.next_moment()?;
            if !state.is_within_limit(next) {
                return None;
            }
            return Some((next - state.now).saturating_sub(since.elapsed()));
        }
        let heaps = [&mut state.timers, &mut state.bounds, &mut state.marks];
        let next = heaps.into_iter().filter_map(TimerHeap::earliest).min()?;
        Some(next - self.now())
    }

    /// Returns how long the driver may sleep, and records it; `None` until something changes.
    fn begin_sleep(&self) -> Option<Duration> {
        let mut state = self.lock();
        let wait = self.until_next(&mut state).map(|wait| wait.min(STRETCH));
        if let Some(timer_thread) = &mut state.timer_thread {
            timer_thread.sleeps_until = match wait {
                Some(Duration::ZERO) => None,
                Some(wait) => Some(WakeTime::At(Instant::now() + wait)),
                None => Some(WakeTime::WhenSignalled),
            };
        }
        wait
    }

    /// Records that the driver is awake: it checks the timers before it sleeps again, and needs no
    /// signal.
    fn end_sleep(&self) {
        if let Some(timer_thread) = &mut self.lock().timer_thread {
            timer_thread.sleeps_until = None;
        }
    }

    /// Fires the timers that are due.
    fn fire_due(&self) {
        let due = {
            let mut state = self.lock();
            if self.is_virtual() {
                // The handlers may have ended concurrently; then time jumps as usual.
                if state.handlers == 0 {
                    return;
                }
                let Some(next) = state.next_moment() else {
                    return;
                };
                if !state.is_within_limit(next) {
                    return;
                }
                let now = state.now.max(next);
                self.set_now(&mut state, now);
                state.pending_since = Some(Instant::now());
            } else {
                state.now = self.now();
            }
            state.take_due()
        };
        drop(self.deliver(due));
        if self.is_virtual() {
            self.settle();
        }
    }
}

impl Drop for ClockShared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(timer_thread) = state.timer_thread.take() {
            // The thread finds that the clock was dropped, and ends.
            timer_thread.signal.raise();
        }
    }
}

/// Sleeps until the next timer and fires it, as long as the clock exists. It holds a strong
/// reference only while it fires timers.
fn drive(shared: &Weak<ClockShared>, signal: &ThreadSignal) {
    let mut compared = Instant::now();
    while let Some(alive) = shared.upgrade() {
        let clock = Clock { shared: alive };
        clock.end_sleep();
        let wait = clock.begin_sleep();
        if wait == Some(Duration::ZERO) {
            // A timer may wake an executor's own waker, which is foreign code and may panic; the
            // other timers must still fire.
            if catch_unwind(AssertUnwindSafe(|| clock.fire_due())).is_err() {
                tracing::error!("a waker that a timer of the engine's clock called panicked");
            }
            continue;
        }
        if !clock.is_virtual() && compared.elapsed() >= STRETCH {
            compared = Instant::now();
            system_time::report_step();
        }
        drop(clock);
        // The wake-up may be early; the next round checks again.
        signal.wait(wait);
    }
}

#[cfg(test)]
mod tests {
    use super::super::system_time;
    use super::*;

    #[test]
    fn the_timer_thread_starts_with_the_first_timer_and_ends_with_the_clock() {
        let clock = Clock::real();
        assert!(clock.lock().timer_thread.is_none());
        drop(clock.sleep(Duration::from_secs(86_400)));
        let signal = clock
            .lock()
            .timer_thread
            .as_ref()
            .map(|one| one.signal.clone());
        let signal = signal.expect("a driver");
        drop(clock);
        let begun = Instant::now();
        while Arc::strong_count(&signal) > 1 {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn timers_fire_after_another_timer_panicked() {
        let clock = Clock::real();
        let _armed = clock.arm_mark(system_time(), Box::new(|| panic!("a separate waker")));
        let (sender, fired) = std::sync::mpsc::channel();
        let at = system_time() + Duration::from_millis(20);
        let _armed = clock.arm_mark(at, Box::new(move || sender.send(()).expect("a listener")));
        fired
            .recv_timeout(Duration::from_secs(20))
            .expect("it rings");
    }
}
