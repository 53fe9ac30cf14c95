use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::ThreadId;

use super::Clock;

/// Whose answer is waited for, or who sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// A test that wants to answer a token.
    Test,
    /// A worker who was told of a task and has not taken it.
    Handover,
    /// A task of tokio's.
    Task(tokio::task::Id),
    /// The future that a runtime blocks this thread on.
    Thread(ThreadId),
}

impl Owner {
    /// Who runs now.
    pub(super) fn here() -> Self {
        let task = tokio::task::try_id();
        task.map_or_else(|| Self::Thread(std::thread::current().id()), Self::Task)
    }
}

/// Keeps virtual time while its owner is awake.
pub(crate) struct Asked {
    clock: Clock,
    owner: Owner,
}

impl Asked {
    pub(super) fn new(clock: Clock, owner: Owner) -> Self {
        if clock.is_virtual() {
            add(&mut clock.lock().asked, owner);
        }
        Self { clock, owner }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if self.clock.is_virtual() {
            take(&mut self.clock.lock().asked, self.owner);
            self.clock.settle();
        }
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(&self.owner).finish()
    }
}

/// Somebody waits for the end of an execution: who does that answers no token meanwhile.
pub(crate) struct AwaitsEnd(Clock);

impl AwaitsEnd {
    pub(super) fn new(clock: Clock) -> Self {
        if clock.is_virtual() {
            clock.lock().ends_awaited += 1;
            clock.settle();
        }
        Self(clock)
    }
}

impl Drop for AwaitsEnd {
    fn drop(&mut self) {
        if self.0.is_virtual() {
            self.0.lock().ends_awaited -= 1;
        }
    }
}

/// How many futures of a test wait for a token, to answer it.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    waiting: AtomicUsize,
    clock: OnceLock<Clock>,
}

/// One of them.
pub(crate) struct Listening(Arc<Listeners>);

impl Listeners {
    /// One more, until what is given back is dropped.
    pub(crate) fn listen(self: &Arc<Self>) -> Listening {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Listening(self.clone())
    }

    pub(super) fn on(&self, clock: &Clock) {
        // The first engine's; mocks of several engines are answered on their own.
        let _ = self.clock.set(clock.clone());
    }

    pub(super) fn any(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        if let Some(clock) = self.0.clock.get()
            && clock.is_virtual()
        {
            clock.settle();
        }
    }
}

/// One more of an owner.
pub(super) fn add(counts: &mut HashMap<Owner, usize>, owner: Owner) {
    *counts.entry(owner).or_default() += 1;
}

/// One less of an owner.
pub(super) fn take(counts: &mut HashMap<Owner, usize>, owner: Owner) {
    if let Some(count) = counts.get_mut(&owner) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&owner);
        }
    }
}
