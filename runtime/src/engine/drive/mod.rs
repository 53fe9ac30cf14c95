//! Drives executions: the mailbox, the task that steps an execution, and where it is parked.

pub(super) mod drain;
pub(super) mod execution_deadline;
pub(super) mod execution_spans;
pub(super) mod execution_state;
pub(super) mod execution_task;
pub(super) mod message;
pub(super) mod parked_execution;
pub(super) mod running_executions;
pub(super) mod running_slot;
pub(super) mod running_work;
mod runtime_guard;
pub(super) mod runtimes;
pub(super) mod start_queue;
pub(super) mod start_runtimes;
pub(super) mod wait_map;
