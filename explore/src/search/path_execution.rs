//! One execution of a path: the explored one, one that it started, or a child of a Map Run.

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::execution::Execution;
use stepwright_interpreter::task::Integration;
use stepwright_interpreter::{Timestamp, WaitId};

use super::event_tracker::EventTracker;

/// An execution of a path, by its number. The explored one has the number 0.
pub(super) type ExecutionId = u32;

/// An execution of a path, with what observes it.
#[derive(Clone, Debug)]
pub(super) struct PathExecution {
    pub(super) id: ExecutionId,
    /// The number of its definition.
    pub(super) definition: usize,
    pub(super) execution: Execution,
    pub(super) tracker: EventTracker,
    pub(super) starter: Option<Starter>,
}

/// The state that started an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Starter {
    pub(super) execution: ExecutionId,
    pub(super) wait_id: WaitId,
    pub(super) kind: StarterKind,
}

/// How a state started an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StarterKind {
    /// As the child with this number of its Map Run.
    MapRun(u32),
    /// By an integration of Step Functions, with this token.
    Nested(Integration, Option<SmolStr>),
}

impl PathExecution {
    pub(super) fn has_ended(&self) -> bool {
        self.execution.outcome().is_some()
    }

    /// Returns when the timeout of its state machine ends it.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let timeout = self.execution.entry().timeout?;
        let started = self.execution.about().started;
        (!self.has_ended()).then_some(started + timeout)
    }

    /// Returns whether a state waits for its end.
    pub(super) fn is_awaited(&self) -> bool {
        self.starter
            .as_ref()
            .is_some_and(|starter| match &starter.kind {
                StarterKind::MapRun(_) => true,
                StarterKind::Nested(integration, _) => integration.waits(),
            })
    }

    /// The containers around it, outermost first.
    pub(super) fn scope(&self) -> &Arc<[String]> {
        &self.tracker.scope
    }
}
