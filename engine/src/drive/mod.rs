//! Drives executions: the mailbox, the task that steps an execution, and where it is parked.
//!
//! An `ExecutionTask` drives one execution: it receives messages from the `ExecutionState` of the
//! execution, steps, commits, performs commands, and becomes idle. Executions that a step starts
//! (`PendingExecution`) are driven after the step.
//!
//! - `Driver::begin` steps an execution on the thread of its starter up to the first state with an
//!   external call (`State::calls_out`). No handler runs there, so a start neither recurses nor
//!   waits.
//! - On real time an idle execution is plain data: its `ExecutionTask` is stored in the mailbox of
//!   its `ExecutionState` as a `ParkedExecution`, and `send` spawns it again. Fields that are empty
//!   during a Wait are boxed, so that an idle execution is small.
//! - `runtimes.rs` lists the runtimes that drive executions. `runtime_guard.rs` ends their idle
//!   executions when a runtime ends.
//! - Data that all starts read or write is separate for each thread, or is read without a reference
//!   count (`running_executions.rs`): a cache line that two processors write costs more than a
//!   state.
//! - A deadline has a timer only if no other timer of its execution is due before it
//!   (`execution_deadline.rs`).

pub(super) mod execution_task;
pub(super) mod running_executions;
mod runtime_guard;
pub(super) mod runtimes;
pub(super) mod start_queue;
pub(super) mod start_runtimes;
