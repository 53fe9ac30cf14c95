//! Where a task's function runs.

/// Where a runtime that calls tasks in process runs a function. A worker of an activity runs each task in an async task of its
/// own, and blocking work on a thread for that; on Lambda it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Runs {
    /// In the execution's own task, beside its other tasks: right for what awaits.
    #[default]
    InPlace,
    /// In an async task of its own: `#[task(spawn)]`.
    Spawned,
    /// On a thread for blocking work: `#[task(blocking)]`.
    Blocking,
}
