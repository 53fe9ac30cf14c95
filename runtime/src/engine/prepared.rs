use std::sync::Arc;

use super::journaled::Journaled;
use super::state::ExecutionState;
use crate::history::History;
use crate::interpret::{Execution, Inspection, Resume, Start};
use crate::program::{Entry, Program};
use crate::task::TaskSource;

/// An execution that was started and has no driver yet.
pub(super) struct Prepared {
    pub(super) state: Arc<ExecutionState>,
    pub(super) program: Arc<Program>,
    pub(super) entry: Entry,
    pub(super) child: Child,
    /// Consulted before the engine's own sources.
    pub(super) source: Option<Arc<dyn TaskSource>>,
    pub(super) begin: Begin,
    /// Its journal state, when it is durable.
    pub(super) journaled: Option<Box<Journaled>>,
}

/// Whether an execution is a child of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    No,
    /// A child of an execution that is not durable.
    Yes,
    /// A child of a durable execution: if this process does not finish it, the next one does.
    OfKept,
}

/// How an execution begins.
pub(super) enum Begin {
    /// At the first state; names and random numbers begin with the seed.
    Start { seed: u64 },
    /// Where it failed, was stopped or timed out.
    Redrive(Box<(History, Resume)>),
    /// Where it waited at the last commit.
    Resume(Box<Execution>),
    /// At one state, the only one that runs, with this seed.
    Inspect(Box<(Start, Inspection)>, u64),
}
