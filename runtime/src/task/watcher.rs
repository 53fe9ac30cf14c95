//! Handlers that block the thread they are polled on are told of.
//!
//! Each thread has a slot that says what it polls. One thread for the whole process, `stepwright-watcher`, looks at the slots now and then, as
//! long as handlers are polled. So a poll reads no clock: it fills its slot and empties it.

use std::mem::replace;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::RunningTask;

/// How long a poll may take, unless an engine says otherwise.
pub(crate) const THRESHOLD: Duration = Duration::from_secs(1);
/// After so many looks at threads that poll nothing the watcher ends.
const QUIET_LOOKS: u32 = 16;

static WATCHER: Watcher = Watcher {
    slots: Mutex::new(Vec::new()),
    is_awake: AtomicBool::new(false),
    pause_millis: AtomicU64::new(250),
};

thread_local! {
    static SLOT: Arc<Slot> = WATCHER.slot();
}

/// A handler whose polls are watched.
pub(crate) struct Polled {
    task: Arc<RunningTask>,
    threshold: Duration,
}

impl Polled {
    pub(crate) fn new(task: Arc<RunningTask>, threshold: Duration) -> Self {
        Self { task, threshold }
    }
}

/// Polls a handler, and says so meanwhile.
pub(crate) fn while_polled<T>(watched: &mut Option<Polled>, poll: impl FnOnce() -> T) -> T {
    let Some(own) = watched.take() else {
        return poll();
    };
    let Ok(slot) = SLOT.try_with(Arc::clone) else {
        // The thread ends.
        return poll();
    };
    // Within the poll another engine may be driven on this thread.
    let around = slot.put(Some(own));
    if !WATCHER.is_awake.load(Ordering::Acquire) {
        WATCHER.wake();
    }
    let polled = poll();
    *watched = slot.put(around);
    polled
}

/// Makes the watcher look often enough for a threshold.
pub(crate) fn look_within(threshold: Duration) {
    let pause = u64::try_from(threshold.as_millis() / 4).unwrap_or(u64::MAX);
    WATCHER
        .pause_millis
        .fetch_min(pause.max(1), Ordering::Relaxed);
}

/// What a thread polls.
#[derive(Default)]
struct Slot(Mutex<Polls>);

#[derive(Default)]
struct Polls {
    now: Option<Polled>,
    /// How often that changed.
    changes: u64,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Polls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, now: Option<Polled>) -> Option<Polled> {
        let mut polls = self.lock();
        polls.changes += 1;
        replace(&mut polls.now, now)
    }
}

/// What the watcher knows of a slot.
struct Looked {
    slot: Weak<Slot>,
    changes: u64,
    /// When it was first seen so.
    since: Instant,
    /// The task that was told of, as long as it blocks.
    told: Option<Arc<RunningTask>>,
}

impl Looked {
    /// Looks again. Gives whether something was polled since, or `None` where the thread ended.
    fn look(&mut self, now: Instant) -> Option<bool> {
        let slot = self.slot.upgrade()?;
        let polls = slot.lock();
        let is_same = polls.changes == self.changes;
        let blocks = polls.now.as_ref().filter(|watched| {
            is_same && self.told.is_none() && now - self.since >= watched.threshold
        });
        let blocks = blocks.map(|watched| watched.task.clone());
        let is_active = polls.now.is_some() || !is_same;
        self.changes = polls.changes;
        drop(polls);
        let millis = (now - self.since).as_millis();
        if let Some(task) = blocks {
            tracing::warn!(
                handler = %task.handler,
                execution = %task.about.arn(),
                state = %task.state,
                millis,
                "the handler blocks the thread that drives its execution; let it await, or make it `#[task(blocking)]`"
            );
            self.told = Some(task);
        }
        if !is_same {
            self.since = now;
            if let Some(task) = self.told.take() {
                tracing::warn!(
                    handler = %task.handler,
                    execution = %task.about.arn(),
                    state = %task.state,
                    millis,
                    "the handler has blocked a thread so long, and goes on"
                );
            }
        }
        Some(is_active)
    }
}

/// The thread that looks, and what it looks at.
struct Watcher {
    slots: Mutex<Vec<Looked>>,
    is_awake: AtomicBool,
    pause_millis: AtomicU64,
}

impl Watcher {
    /// A slot for the current thread.
    fn slot(&self) -> Arc<Slot> {
        let slot = Arc::new(Slot::default());
        self.lock().push(Looked {
            slot: Arc::downgrade(&slot),
            changes: 0,
            since: Instant::now(),
            told: None,
        });
        slot
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Looked>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the thread, unless another call did.
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
            tracing::debug!(%error, "handlers that block a thread are not told of");
        }
    }

    fn watch(&self) {
        let mut quiet = 0;
        loop {
            let pause = self.pause_millis.load(Ordering::Relaxed);
            thread::sleep(Duration::from_millis(pause));
            quiet = if self.look() { 0 } else { quiet + 1 };
            if quiet < QUIET_LOOKS {
                continue;
            }
            self.is_awake.store(false, Ordering::Release);
            // Who filled its slot before that was seen to be awake; who fills it later wakes another one.
            if !self.look() || self.is_awake.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }

    /// Looks at all slots. Gives whether something was polled.
    fn look(&self) -> bool {
        let now = Instant::now();
        let mut is_active = false;
        self.lock().retain_mut(|looked| {
            let active = looked.look(now);
            is_active |= active == Some(true);
            active.is_some()
        });
        is_active
    }
}
