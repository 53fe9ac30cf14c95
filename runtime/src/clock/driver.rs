use std::sync::{Arc, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{Clock, Shared, State, Timestamp};

/// The longest that the driver sleeps at a stretch, so that it follows changes of the system's clock.
const STRETCH: Duration = Duration::from_secs(60);

impl Clock {
    /// Makes sure that somebody waits for the next timer in real time. Without a tokio runtime nobody can.
    pub(super) fn wake_driver(&self, state: &mut State) {
        if self.is_virtual() && state.handlers == 0 {
            return;
        }
        let runs = state
            .driver
            .as_ref()
            .is_some_and(|driver| !driver.is_finished());
        if runs {
            self.shared.changed.notify_one();
        } else if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let shared = Arc::downgrade(&self.shared);
            let changed = self.shared.changed.clone();
            state.driver = Some(runtime.spawn(drive(shared, changed)));
        }
    }

    /// How long until the next timer rings if nothing changes; `None` when only a change can make one ring.
    fn until_next(&self) -> Option<Duration> {
        let mut state = self.lock();
        if self.is_virtual() {
            let since = state.pending_since?;
            let next = state.next_moment()?;
            return Some((next - state.now).saturating_sub(since.elapsed()));
        }
        let timer = state.timers.earliest();
        let bound = state.bounds.earliest();
        let next = match (timer, bound) {
            (Some(timer), Some(bound)) => timer.min(bound),
            (timer, bound) => timer.or(bound)?,
        };
        Some(next - Timestamp::system())
    }

    /// Rings what is due.
    fn ring_due(&self) {
        let due = {
            let mut state = self.lock();
            if self.is_virtual() {
                // The handlers may have ended since; then time jumps as usual.
                if state.handlers == 0 {
                    return;
                }
                let Some(next) = state.next_moment() else {
                    return;
                };
                state.now = state.now.max(next);
                state.pending_since = Some(Instant::now());
            } else {
                state.now = Timestamp::system();
            }
            state.take_due()
        };
        self.deliver(due);
        if self.is_virtual() {
            self.settle();
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = state.driver.take() {
            driver.abort();
        }
    }
}

/// Sleeps to the next timer, for ever. It keeps the clock alive only while it rings.
async fn drive(shared: Weak<Shared>, changed: Arc<Notify>) {
    loop {
        let Some(alive) = shared.upgrade() else {
            return;
        };
        let clock = Clock { shared: alive };
        let wait = clock.until_next();
        if wait == Some(Duration::ZERO) {
            clock.ring_due();
            continue;
        }
        drop(clock);
        match wait {
            // Too early or in time, the next round looks again.
            Some(wait) => drop(tokio::time::timeout(wait.min(STRETCH), changed.notified()).await),
            None => changed.notified().await,
        }
    }
}
