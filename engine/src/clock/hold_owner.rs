//! Identifies the test, tokio task or thread that holds virtual time or sleeps.

use std::collections::HashMap;
use std::thread::ThreadId;

/// The owner of an expected answer or of a sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum HoldOwner {
    /// A test that wants to answer a token.
    Test,
    /// A worker that was notified of a task and has not taken it.
    Handover,
    /// A tokio task.
    Task(tokio::task::Id),
    /// A thread, for the future that a runtime's `block_on` runs on it.
    Thread(ThreadId),
}

impl HoldOwner {
    /// Returns the current task or thread.
    pub(super) fn here() -> Self {
        let task = tokio::task::try_id();
        task.map_or_else(|| Self::Thread(std::thread::current().id()), Self::Task)
    }
}

/// Increments the count of an owner.
pub(super) fn increment(counts: &mut HashMap<HoldOwner, usize>, owner: HoldOwner) {
    *counts.entry(owner).or_default() += 1;
}

/// Decrements the count of an owner.
pub(super) fn decrement(counts: &mut HashMap<HoldOwner, usize>, owner: HoldOwner) {
    if let Some(count) = counts.get_mut(&owner) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&owner);
        }
    }
}
