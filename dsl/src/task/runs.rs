//! Where a task's function runs.

/// Where a runtime that calls tasks in process runs a function. On Lambda and for an activity's workers it says nothing.
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
