//! Watches the steps of executions that continue after a restart, until their first commit.
//!
//! A step that runs longer than [`SLOW`] is recorded in the store as an attempt, and removed when
//! it ends. So after the process was killed, or ended itself, the store names the executions that
//! were in such a step, and no others: neither those that were not tried yet, nor those that wait.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use web_time::Instant;

use super::step_attempts::StepAttempts;
use crate::store::StoreError;
use crate::store::journal::Submitter;

/// A step of ordinary expressions takes less than this, also on a busy machine.
const SLOW: Duration = Duration::from_millis(250);
/// How often the running steps are checked.
const PAUSE: Duration = Duration::from_millis(50);

/// The thread that records attempts. Dropping the value ends the thread.
pub(crate) struct StepWatch {
    shared: Arc<WatchShared>,
    thread: Option<JoinHandle<()>>,
}

struct WatchShared {
    state: Mutex<WatchState>,
    changed: Condvar,
}

struct WatchState {
    attempts: StepAttempts,
    running: Vec<RunningStep>,
    /// Whether the attempts differ from the stored ones.
    is_changed: bool,
    is_over: bool,
}

struct RunningStep {
    execution: u64,
    records: u32,
    began: Instant,
    is_counted: bool,
}

impl WatchShared {
    fn lock(&self) -> MutexGuard<'_, WatchState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The steps of one execution after this number of records.
pub(crate) struct WatchedSteps {
    shared: Arc<WatchShared>,
    execution: u64,
    records: u32,
}

/// A running step. It ends when this is dropped.
pub(crate) struct WatchedStep {
    shared: Arc<WatchShared>,
    execution: u64,
}

impl StepWatch {
    /// Starts the thread. `attempts` are those of earlier processes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the operating system cannot create a thread.
    pub(crate) fn start(attempts: StepAttempts, journal: Submitter) -> Result<Self, StoreError> {
        let shared = Arc::new(WatchShared {
            state: Mutex::new(WatchState {
                attempts,
                running: Vec::new(),
                is_changed: false,
                is_over: false,
            }),
            changed: Condvar::new(),
        });
        let watched = shared.clone();
        let thread = std::thread::Builder::new()
            .name("stepwright-steps".to_owned())
            .spawn(move || watched.watch(&journal))
            .map_err(|error| StoreError::Io {
                path: None,
                doing: "start the thread that watches steps".to_owned(),
                why: error.to_string(),
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Watches the steps of an execution.
    pub(crate) fn watch(&self, execution: u64, records: u32) -> WatchedSteps {
        WatchedSteps {
            shared: self.shared.clone(),
            execution,
            records,
        }
    }

    /// Removes the attempts of an execution that does not continue.
    pub(super) fn forget(&self, execution: u64) {
        let mut state = self.shared.lock();
        if state.attempts.remove(execution) {
            state.is_changed = true;
            self.shared.changed.notify_all();
        }
    }
}

impl Drop for StepWatch {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It does not panic: its loop only locks, sleeps and submits.
            let _ended = thread.join();
        }
    }
}

impl WatchedSteps {
    /// Begins a step, if the execution has still this number of records.
    pub(crate) fn begin(&self, records: u32) -> Option<WatchedStep> {
        if records != self.records {
            return None;
        }
        let mut state = self.shared.lock();
        state.running.push(RunningStep {
            execution: self.execution,
            records,
            began: Instant::now(),
            is_counted: false,
        });
        if state.running.len() == 1 {
            self.shared.changed.notify_all();
        }
        Some(WatchedStep {
            shared: self.shared.clone(),
            execution: self.execution,
        })
    }
}

impl Drop for WatchedStep {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state
            .running
            .retain(|step| step.execution != self.execution);
        // It got past the step in which earlier processes ended.
        if state.attempts.has(self.execution) {
            state.is_changed |= state.attempts.remove(self.execution);
            self.shared.changed.notify_all();
        }
    }
}

impl WatchShared {
    fn watch(&self, journal: &Submitter) {
        let mut state = self.lock();
        while !state.is_over {
            for index in 0..state.running.len() {
                let step = &mut state.running[index];
                if step.is_counted || step.began.elapsed() < SLOW {
                    continue;
                }
                step.is_counted = true;
                let (execution, records) = (step.execution, step.records);
                state.attempts.count(execution, records);
                state.is_changed = true;
            }
            if std::mem::take(&mut state.is_changed) {
                let change = state.attempts.change();
                drop(state);
                if let Some(change) = change
                    && let Err(error) = journal.commit(vec![change]).wait()
                {
                    tracing::warn!(%error, "the attempts of steps cannot be written");
                }
                state = self.lock();
                continue;
            }
            let waited = if state.running.is_empty() {
                self.changed.wait(state).map_err(PoisonError::into_inner)
            } else {
                match self.changed.wait_timeout(state, PAUSE) {
                    Ok((state, _)) => Ok(state),
                    Err(poisoned) => Err(poisoned.into_inner().0),
                }
            };
            state = waited.unwrap_or_else(|state| state);
        }
    }
}
