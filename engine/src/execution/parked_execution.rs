//! The trait with which a mailbox resumes a waiting execution that has no task.

use tokio::runtime::Id;

/// An execution that is parked in its mailbox: plain data, without a task that drives it.
pub(crate) trait ParkedExecution: Send {
    /// Spawns the execution again, on the runtime that ran it last.
    fn respawn(self: Box<Self>);

    /// Whether this runtime ran the execution last.
    fn is_driven_by(&self, runtime: Id) -> bool;
}
