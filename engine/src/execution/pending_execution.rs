//! An execution before its first step in this process, and the point where it begins.

use std::sync::Arc;

use stepwright_interpreter::execution::{Execution, Inspection, InspectionStart, ResumePoint};
use stepwright_interpreter::history::History;
use stepwright_interpreter::program::Entry;

use crate::execution::execution_state::ExecutionState;
use crate::journaled_execution::JournaledExecution;
use crate::task::{LinkedProgram, TaskSource};

/// An execution that was started and has no driver yet.
pub(crate) struct PendingExecution {
    pub(crate) state: Arc<ExecutionState>,
    pub(crate) program: Arc<LinkedProgram>,
    pub(crate) entry: Entry,
    pub(crate) child: ChildKind,
    /// Consulted before the engine's own sources.
    pub(crate) source: Option<Arc<dyn TaskSource>>,
    pub(crate) begin: StartPoint,
    /// Its journal state, when it is durable.
    pub(crate) journaled: Option<Box<JournaledExecution>>,
}

/// Whether an execution is a child of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildKind {
    None,
    /// A child of an execution that is not durable.
    OfVolatile,
    /// A child of a durable execution: if this process does not finish it, the next one does.
    OfDurable,
}

/// How an execution begins.
pub(crate) enum StartPoint {
    /// At the first state; names and random numbers begin with the seed.
    Start { seed: u64 },
    /// Where it failed, was stopped or timed out.
    Redrive(Box<(History, ResumePoint)>),
    /// Where it waited at the last commit.
    Resume(Box<Execution>),
    /// At one state, the only one that runs, with this seed.
    Inspect(Box<(InspectionStart, Inspection)>, u64),
}
