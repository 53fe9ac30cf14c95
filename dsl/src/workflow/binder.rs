//! Registers the calls of a workflow with a runtime.

use super::Workflow;
use crate::Payload;
use crate::task::{Address, TaskBinder};

/// Receives the tasks of a workflow and the workflows that it starts.
///
/// A task that several states call may be registered once or several times, with the same effect.
pub trait Binder: TaskBinder {
    /// Adds a nested workflow.
    fn workflow<W: Workflow>(&mut self, address: Address);

    /// Sets the item type of a Distributed Map with a reader: a row, or a [`Batch`](crate::Batch)
    /// of rows. Only tests need it.
    fn items<T: Payload>(&mut self, state: &str, is_batched: bool) {
        let _ = (state, is_batched);
    }
}
