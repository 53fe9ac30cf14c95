//! How a task's function is scheduled.

/// Where an in-process runtime runs a function. A worker of an activity always spawns an async task
/// for each call, or uses a thread for blocking work; on Lambda it has no effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Runs {
    /// In the async task of the execution, concurrently with its other tasks: for functions that
    /// only await.
    #[default]
    InPlace,
    /// In a separate async task: `#[task(spawn)]`.
    Spawned,
    /// On a thread for blocking work: `#[task(blocking)]`.
    Blocking,
}
