use std::sync::Arc;

use stepwright_interpreter::execution::{Execution, Inspection, InspectionStart, ResumePoint};
use stepwright_interpreter::history::History;
use stepwright_interpreter::program::Entry;

use crate::engine::drive::execution_state::ExecutionState;
use crate::engine::journaled_execution::JournaledExecution;
use crate::task::{LinkedProgram, TaskSource};

/// An execution that was started and has no driver yet.
pub(in crate::engine) struct PendingExecution {
    pub(in crate::engine) state: Arc<ExecutionState>,
    pub(in crate::engine) program: Arc<LinkedProgram>,
    pub(in crate::engine) entry: Entry,
    pub(in crate::engine) child: ChildKind,
    /// Consulted before the engine's own sources.
    pub(in crate::engine) source: Option<Arc<dyn TaskSource>>,
    pub(in crate::engine) begin: StartPoint,
    /// Its journal state, when it is durable.
    pub(in crate::engine) journaled: Option<Box<JournaledExecution>>,
}

/// Whether an execution is a child of a Map Run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum ChildKind {
    None,
    /// A child of an execution that is not durable.
    OfVolatile,
    /// A child of a durable execution: if this process does not finish it, the next one does.
    OfDurable,
}

/// How an execution begins.
pub(in crate::engine) enum StartPoint {
    /// At the first state; names and random numbers begin with the seed.
    Start { seed: u64 },
    /// Where it failed, was stopped or timed out.
    Redrive(Box<(History, ResumePoint)>),
    /// Where it waited at the last commit.
    Resume(Box<Execution>),
    /// At one state, the only one that runs, with this seed.
    Inspect(Box<(InspectionStart, Inspection)>, u64),
}
