//! Drives executions: the mailbox, the task that steps an execution, and where it is parked.

pub(super) mod deadline;
pub(super) mod execution_task;
pub(super) mod homes;
pub(super) mod open;
pub(super) mod state;
pub(super) mod waits;
pub(super) mod work;
