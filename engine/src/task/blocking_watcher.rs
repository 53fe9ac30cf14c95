//! Reports handlers that block the thread on which they are polled.
//!
//! Each thread has a slot that contains what it polls. One thread for the whole process,
//! `stepwright-watcher`, checks the slots periodically, as long as handlers are polled. So a poll
//! reads no clock, and takes a lock only when a thread polls another execution than before.
//! Otherwise it increments a counter in its slot, before and after.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use std::{ptr, thread};

use smol_str::SmolStr;
use stepwright_interpreter::ExecutionInfo;
use web_time::Instant;

use super::LinkedProgram;
use super::poll_watch::PollWatch;

/// How long a poll may take, unless an engine sets another threshold.
pub(crate) const THRESHOLD: Duration = Duration::from_secs(1);
/// After this number of checks without any poll the watcher ends.
const QUIET_CHECKS: u32 = 16;

static WATCHER: BlockingWatcher = BlockingWatcher {
    slots: Mutex::new(Vec::new()),
    is_awake: AtomicBool::new(false),
    pause_millis: AtomicU64::new(250),
};

thread_local! {
    static THREAD_SLOT: ThreadSlot = ThreadSlot {
        slot: WATCHER.slot(),
        named: Cell::new(ptr::null()),
    };
}

/// A handler whose polls are watched.
#[derive(Clone)]
pub(crate) struct WatchedPoll {
    pub(crate) about: Arc<ExecutionInfo>,
    pub(crate) program: Arc<LinkedProgram>,
    pub(crate) watch: PollWatch,
}

impl WatchedPoll {
    /// Polls it, with an entry in the thread's slot.
    pub(crate) fn poll<T>(&self, poll: impl FnOnce() -> T) -> T {
        while_polled(&self.about, &self.program, Some(self.watch), poll)
    }
}

/// Polls a handler of an execution, with an entry in the thread's slot.
pub(crate) fn while_polled<T>(
    about: &Arc<ExecutionInfo>,
    program: &Arc<LinkedProgram>,
    watch: Option<PollWatch>,
    poll: impl FnOnce() -> T,
) -> T {
    let Some(watch) = watch else {
        return poll();
    };
    // The thread-local may be destroyed because the thread ends; then the poll is not watched.
    let Ok(outer) = THREAD_SLOT.try_with(|thread_slot| thread_slot.begin(about, program, watch))
    else {
        return poll();
    };
    if !WATCHER.is_awake.load(Ordering::Acquire) {
        WATCHER.wake();
    }
    let polled = poll();
    let _ = THREAD_SLOT.try_with(|thread_slot| thread_slot.end(outer));
    polled
}

/// A thread's own view of its slot.
struct ThreadSlot {
    slot: Arc<Slot>,
    /// The execution in the slot. The pointer is only compared, never dereferenced; the slot's
    /// `Weak` prevents reuse of the address.
    named: Cell<*const ExecutionInfo>,
}

/// The previous content of the slot, for a poll around this one.
struct OuterPoll {
    state: u32,
    names: Option<PolledExecution>,
    named: *const ExecutionInfo,
}

impl ThreadSlot {
    fn begin(
        &self,
        about: &Arc<ExecutionInfo>,
        program: &Arc<LinkedProgram>,
        watch: PollWatch,
    ) -> Option<Box<OuterPoll>> {
        let slot = &*self.slot;
        let depth = slot.depth.load(Ordering::Relaxed);
        let outer = if depth == 0 && self.named.get() == Arc::as_ptr(about) {
            None
        } else {
            self.name(depth, about, program, watch.threshold)
        };
        let state = u32::try_from(watch.state.index()).unwrap_or(u32::MAX);
        slot.state.store(state, Ordering::Relaxed);
        slot.depth.store(depth + 1, Ordering::Relaxed);
        slot.changed();
        outer
    }

    /// Sets the execution in the slot. Returns the previous content if a poll of it is still
    /// active: while a handler is polled, it may drive another engine on this thread.
    #[cold]
    fn name(
        &self,
        depth: u32,
        about: &Arc<ExecutionInfo>,
        program: &Arc<LinkedProgram>,
        threshold: Duration,
    ) -> Option<Box<OuterPoll>> {
        let names = PolledExecution {
            about: Arc::downgrade(about),
            program: Arc::downgrade(program),
            threshold,
        };
        let outer = OuterPoll {
            state: self.slot.state.load(Ordering::Relaxed),
            names: self.slot.lock().replace(names),
            named: self.named.replace(Arc::as_ptr(about)),
        };
        (depth > 0).then(|| Box::new(outer))
    }

    fn end(&self, outer: Option<Box<OuterPoll>>) {
        let slot = &*self.slot;
        if let Some(outer) = outer {
            *slot.lock() = outer.names;
            self.named.set(outer.named);
            slot.state.store(outer.state, Ordering::Relaxed);
        }
        let depth = slot.depth.load(Ordering::Relaxed);
        slot.depth.store(depth.saturating_sub(1), Ordering::Relaxed);
        slot.changed();
    }
}

/// Makes the watcher check often enough for a threshold.
pub(crate) fn check_within(threshold: Duration) {
    let pause = u64::try_from(threshold.as_millis() / 4).unwrap_or(u64::MAX);
    WATCHER
        .pause_millis
        .fetch_min(pause.max(1), Ordering::Relaxed);
}

/// The handler that a thread polls. Only that thread writes it.
#[derive(Default)]
struct Slot {
    /// The number of nested polls that are active.
    depth: AtomicU32,
    /// The state of the innermost poll.
    state: AtomicU32,
    /// Counts the changes of the slot.
    changes: AtomicU64,
    names: Mutex<Option<PolledExecution>>,
}

/// The execution whose handler is polled.
struct PolledExecution {
    about: Weak<ExecutionInfo>,
    program: Weak<LinkedProgram>,
    threshold: Duration,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<PolledExecution>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        let changes = self.changes.load(Ordering::Relaxed);
        self.changes
            .store(changes.wrapping_add(1), Ordering::Release);
    }

    /// Returns the handler in the slot, if it has been polled for its threshold and the slot has
    /// not changed since `changes`.
    fn blocking(&self, changes: u64, since: Duration) -> Option<BlockingReport> {
        let names = self.lock();
        let names = names.as_ref()?;
        if since < names.threshold {
            return None;
        }
        let (about, program) = (names.about.upgrade()?, names.program.upgrade()?);
        let state = self.state.load(Ordering::Relaxed);
        let reported = BlockingReport {
            handler: program.handler_name(state),
            execution: about.arn().clone(),
            state: program.state_name(state),
        };
        (self.changes.load(Ordering::Acquire) == changes).then_some(reported)
    }
}

/// A handler that was reported.
struct BlockingReport {
    handler: SmolStr,
    execution: SmolStr,
    state: SmolStr,
}

/// The watcher's view of a slot.
struct SlotCheck {
    slot: Weak<Slot>,
    changes: u64,
    /// When the slot was first seen with these changes.
    since: Instant,
    /// The reported handler, as long as it blocks.
    reported: Option<BlockingReport>,
}

impl SlotCheck {
    /// Checks the slot. Returns whether it was polled or changed since the last check, or `None`
    /// when the thread has ended.
    fn check(&mut self, now: Instant) -> Option<bool> {
        let slot = self.slot.upgrade()?;
        let changes = slot.changes.load(Ordering::Acquire);
        let is_same = changes == self.changes;
        let is_polled = slot.depth.load(Ordering::Relaxed) > 0;
        self.changes = changes;
        let since = now - self.since;
        let millis = since.as_millis();
        if is_same && is_polled && self.reported.is_none() {
            self.reported = slot.blocking(changes, since);
            if let Some(reported) = &self.reported {
                tracing::warn!(
                    handler = %reported.handler,
                    execution = %reported.execution,
                    state = %reported.state,
                    millis,
                    "the handler blocks the thread that drives its execution; let it await, or make it `#[task(blocking)]`"
                );
            }
        }
        if !is_same {
            self.since = now;
            if let Some(reported) = self.reported.take() {
                tracing::warn!(
                    handler = %reported.handler,
                    execution = %reported.execution,
                    state = %reported.state,
                    millis,
                    "the handler no longer blocks the thread; `millis` is how long it did"
                );
            }
        }
        Some(is_polled || !is_same)
    }
}

/// The watcher thread and its slots.
struct BlockingWatcher {
    slots: Mutex<Vec<SlotCheck>>,
    is_awake: AtomicBool,
    pause_millis: AtomicU64,
}

impl BlockingWatcher {
    /// Creates a slot for the current thread.
    fn slot(&self) -> Arc<Slot> {
        let slot = Arc::new(Slot::default());
        self.lock().push(SlotCheck {
            slot: Arc::downgrade(&slot),
            changes: 0,
            since: Instant::now(),
            reported: None,
        });
        slot
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SlotCheck>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the thread, unless a concurrent call does.
    #[cold]
    fn wake(&'static self) {
        if self.is_awake.swap(true, Ordering::AcqRel) {
            return;
        }
        let started = thread::Builder::new()
            .name("stepwright-watcher".to_owned())
            .spawn(|| self.watch());
        if let Err(error) = started {
            self.is_awake.store(false, Ordering::Release);
            tracing::debug!(%error, "handlers that block a thread are not reported");
        }
    }

    fn watch(&self) {
        let mut quiet = 0;
        loop {
            let pause = self.pause_millis.load(Ordering::Relaxed);
            thread::sleep(Duration::from_millis(pause));
            quiet = if self.check() { 0 } else { quiet + 1 };
            if quiet < QUIET_CHECKS {
                continue;
            }
            self.is_awake.store(false, Ordering::Release);
            // A thread that filled its slot before this store relied on the watcher, so check once
            // more. A thread that fills it later starts a new one.
            if !self.check() || self.is_awake.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }

    /// Checks all slots. Returns whether any thread polls a handler.
    fn check(&self) -> bool {
        let now = Instant::now();
        let mut is_active = false;
        self.lock().retain_mut(|slot_check| {
            let active = slot_check.check(now);
            is_active |= active == Some(true);
            active.is_some()
        });
        is_active
    }
}
