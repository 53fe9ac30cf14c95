//! Deletes executions from the store after their retention time, in the background.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use super::retention_job::RetentionJob;
use crate::clock::{ArmedTimer, Clock};
use crate::execution::retention::Retention;
use crate::panics::guarded;
use crate::store::StoreError;

/// The longest time between two checks of the store.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The shortest time between two checks that only the retention time causes.
const SHORTEST: Duration = Duration::from_secs(1);
/// How many checks there are in one retention time.
const LOOKS: u32 = 64;
/// How many executions end between two checks, if the number of bytes is limited.
const ENDS: usize = 64;

/// The thread that deletes. Dropping the value ends the thread and waits for its end.
pub(crate) struct RetentionThread {
    shared: Arc<ThreadShared>,
    thread: Option<JoinHandle<()>>,
}

struct ThreadShared {
    clock: Clock,
    state: Mutex<ThreadState>,
    changed: Condvar,
    /// The time until the next check.
    pause: Duration,
    /// The number of ends until the next check; 0 if ends cause no check.
    ends: usize,
    /// How many executions ended since the last check.
    ended: AtomicUsize,
}

#[derive(Default)]
struct ThreadState {
    is_asked: bool,
    is_over: bool,
    alarm: Option<ArmedTimer>,
}

impl RetentionThread {
    /// Starts the thread. It begins immediately if there is something to delete.
    ///
    /// # Errors
    ///
    /// The errors of reading the store; [`StoreError::Io`] when the operating system cannot create
    /// a thread.
    pub(crate) fn start(
        clock: &Clock,
        retention: Retention,
        mut job: RetentionJob,
    ) -> Result<Self, StoreError> {
        let ends = match (retention.executions, retention.bytes) {
            (usize::MAX, u64::MAX) => 0,
            (usize::MAX, _) => ENDS,
            (most, u64::MAX) => (most / LOOKS as usize).max(1),
            (most, _) => (most / LOOKS as usize).clamp(1, ENDS),
        };
        let shared = Arc::new(ThreadShared {
            clock: clock.clone(),
            state: Mutex::default(),
            changed: Condvar::new(),
            pause: (retention.time / LOOKS).clamp(SHORTEST, LONGEST),
            ends,
            ended: AtomicUsize::new(0),
        });
        if job.is_needed()? {
            shared.ask()
        } else {
            // No other thread works then, so that runs on virtual time are deterministic.
            shared.arm()
        }
        let taken = shared.clone();
        let run = move || {
            while taken.wait() {
                match guarded(|| job.run(&|| taken.is_over())) {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "cannot delete executions that exceed the retention limits; trying again")
                    }
                    Err(message) => tracing::error!(
                        "the store panicked when executions were deleted: {message}"
                    ),
                }
                taken.arm();
                // Virtual time was held until now.
                taken.clock.leave();
            }
        };
        let thread = std::thread::Builder::new().name("stepwright-retention".to_owned());
        let thread = thread.spawn(run).map_err(|error| StoreError::Io {
            path: None,
            doing: "start the thread that deletes executions".to_owned(),
            why: error.to_string(),
        })?;
        let thread = Some(thread);
        Ok(Self { shared, thread })
    }

    /// Counts an execution that has ended.
    pub(crate) fn ended(&self) {
        let ThreadShared { ends, ended, .. } = &*self.shared;
        if *ends > 0 && ended.fetch_add(1, Ordering::Relaxed) + 1 >= *ends {
            ended.store(0, Ordering::Relaxed);
            self.shared.ask();
        }
    }
}

impl Drop for RetentionThread {
    fn drop(&mut self) {
        let alarm = {
            let mut state = self.shared.lock();
            state.is_over = true;
            state.alarm.take()
        };
        self.shared.changed.notify_one();
        if let Some(alarm) = alarm {
            self.shared.clock.disarm(alarm);
        }
        // The thread has a reader. While the reader is open, the log of the store cannot be
        // removed.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // It catches panics and logs them.
            let _ended = thread.join();
        }
    }
}

impl ThreadShared {
    fn lock(&self) -> MutexGuard<'_, ThreadState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.lock().is_over
    }

    /// Requests a check from the thread. Virtual time is held until the check is done.
    fn ask(&self) {
        let mut state = self.lock();
        if !state.is_asked && !state.is_over {
            state.is_asked = true;
            self.clock.enter();
            self.changed.notify_one();
        }
    }

    /// Waits for a request; `false` when the thread must end.
    fn wait(&self) -> bool {
        let mut state = self.lock();
        while !state.is_asked && !state.is_over {
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let is_asked = std::mem::take(&mut state.is_asked);
        let is_over = state.is_over;
        drop(state);
        if is_asked && is_over {
            self.clock.leave();
        }
        !is_over
    }

    /// Sets the timer of the next check.
    fn arm(self: &Arc<Self>) {
        let shared: Weak<Self> = Arc::downgrade(self);
        let ring = move || {
            if let Some(shared) = shared.upgrade() {
                shared.ask();
            }
        };
        let at = self.clock.now() + self.pause;
        let mut state = self.lock();
        if state.is_over {
            return;
        }
        let before = state.alarm.replace(self.clock.arm_mark(at, Box::new(ring)));
        drop(state);
        if let Some(before) = before {
            self.clock.disarm(before);
        }
    }
}
