//! How a workflow hands its tasks to a runtime.

use super::Workflow;
use crate::task::{Address, Handler, Task};

/// Takes the tasks of a workflow. A runtime implements it; `stepwright` itself depends on none.
///
/// A task that several states call is handed over once for each of them, or once: both mean the same.
pub trait Binder {
    /// A task whose function has a body.
    fn handler<T: Handler>(&mut self, address: Address);

    /// A task that somebody else implements.
    fn declaration<T: Task>(&mut self, address: Address);

    /// A nested workflow.
    fn workflow<W: Workflow>(&mut self, address: Address);
}
