//! The link from a child execution to the state of its parent that waits for its result.

use smol_str::SmolStr;
use stepwright_interpreter::task::Integration;

use crate::task::Responder;

/// A state of another execution that waits for the end of this one.
#[derive(Debug)]
pub(crate) struct ParentLink {
    pub(crate) parent: Responder,
    pub(crate) role: ChildRole,
}

/// The link from a nested execution to the state that waits for it.
#[derive(Debug)]
pub(crate) enum ChildRole {
    /// An execution that a Task state started.
    Job(Integration),
    /// A child of a Map Run, by the run's ARN and the child's number.
    Child { run: SmolStr, number: u32 },
}
