use std::collections::HashMap;
use std::thread::ThreadId;

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
