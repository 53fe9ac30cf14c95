use std::sync::Arc;

use super::journaled::Journaled;
use super::state::ExecutionState;
use crate::history::History;
use crate::interpret::{Execution, Inspection, Resume, Start};
use crate::program::{Entry, Program};
use crate::task::TaskSource;

/// An execution that was started and is not driven yet.
pub(super) struct Prepared {
    pub(super) state: Arc<ExecutionState>,
    pub(super) program: Arc<Program>,
    pub(super) entry: Entry,
    pub(super) child: Child,
    /// Asked before the engine's own sources.
    pub(super) source: Option<Arc<dyn TaskSource>>,
    pub(super) begin: Begin,
    /// What it has in the journal, when it is durable.
    pub(super) journaled: Option<Box<Journaled>>,
}

/// Whether an execution is a child of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    No,
    /// Of an execution that is not kept.
    Yes,
    /// Of an execution that is kept: what this process does not bring to an end, the next one does.
    OfKept,
}

/// Where an execution begins.
pub(super) enum Begin {
    /// At the first state; names and chance begin with the seed.
    Start { seed: u64 },
    /// Where it came to no good end.
    Redrive(Box<(History, Resume)>),
    /// Where it waited when it was written last.
    Resume(Box<Execution>),
    /// At one state, which is all that runs, with this seed.
    Inspect(Box<(Start, Inspection)>, u64),
}
