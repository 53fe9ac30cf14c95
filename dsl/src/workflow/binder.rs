//! How a workflow hands what it calls to a runtime.

use super::Workflow;
use crate::Payload;
use crate::task::{Address, TaskBinder};

/// Takes the tasks of a workflow and the workflows that it starts.
///
/// A task that several states call is handed over once for each of them, or once: both mean the same.
pub trait Binder: TaskBinder {
    /// A nested workflow.
    fn workflow<W: Workflow>(&mut self, address: Address);

    /// What each item is of a Distributed Map that reads them: a row, or a [`Batch`](crate::Batch) of rows. Only tests need it.
    fn items<T: Payload>(&mut self, state: &str, is_batched: bool) {
        let _ = (state, is_batched);
    }
}
