//! Records when Maps and Parallels ended, to find out which of two nested ones wrote an event.

use std::collections::HashMap;

use stepwright_interpreter::history::{EventGroup, EventKind};

use crate::event_scope::{EventScope, Frame};
use crate::recorded_kind::RecordedKind;

/// The ends of the attempts of Maps and Parallels.
///
/// An event of a container may refer to an event of the container directly inside. The ends show
/// which of two containers of one type wrote it: a container whose attempt has ended writes no
/// event before its next attempt or a redrive.
#[derive(Default)]
pub(crate) struct ContainerEnds {
    ends: HashMap<EventScope, ContainerEnd>,
    /// The ends of the iterations that failed or were aborted, by their frames.
    iterations: HashMap<Vec<Frame>, IterationEnd>,
    /// The index of the last ExecutionRedriven event.
    redriven: Option<usize>,
}

#[derive(Clone, Copy, Default)]
struct ContainerEnd {
    /// The index of the event that began the current attempt.
    begun: usize,
    /// The index of the event that ended the current attempt.
    ended: Option<usize>,
    /// The index of the last Failed event.
    failed: Option<usize>,
    /// Whether the execution left the container, which therefore writes no event before it is
    /// entered again.
    has_exited: bool,
}

#[derive(Clone, Copy)]
struct IterationEnd {
    index: usize,
    has_failed: bool,
}

/// The type of the previous event in a chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PreviousKind {
    Known(EventKind),
    /// There is no previous event, or its type does not change the scope of the next one.
    Other,
    /// A redriven iteration continues in its last state.
    Resumed,
}

impl PreviousKind {
    pub(crate) fn group(self) -> Option<EventGroup> {
        match self {
            Self::Known(kind) => Some(kind.group()),
            Self::Other | Self::Resumed => None,
        }
    }
}

impl ContainerEnds {
    /// Adds an event whose scope is known.
    pub(crate) fn add(&mut self, index: usize, kind: &RecordedKind, scope: &EventScope) {
        if *kind == EventKind::ExecutionRedriven {
            self.redriven = Some(index);
        }
        let (ended, failed) = match kind.known() {
            Some(
                EventKind::MapStateEntered
                | EventKind::MapStateStarted
                | EventKind::ParallelStateEntered
                | EventKind::ParallelStateStarted,
            ) => (None, None),
            Some(EventKind::MapStateFailed | EventKind::ParallelStateFailed) => {
                (Some(index), Some(index))
            }
            Some(kind @ (EventKind::MapIterationFailed | EventKind::MapIterationAborted)) => {
                let has_failed = kind == EventKind::MapIterationFailed;
                self.iterations
                    .insert(scope.frames.clone(), IterationEnd { index, has_failed });
                return;
            }
            Some(
                EventKind::MapStateSucceeded
                | EventKind::MapStateAborted
                | EventKind::MapStateExited
                | EventKind::ParallelStateSucceeded
                | EventKind::ParallelStateAborted
                | EventKind::ParallelStateExited,
            ) => (Some(index), None),
            _ => return,
        };
        let end = self.ends.entry(scope.clone()).or_default();
        if ended.is_none() {
            end.begun = index;
        }
        end.ended = ended;
        end.failed = failed.or(end.failed);
        end.has_exited = kind.group() == Some(EventGroup::Exited);
    }

    /// Returns the end of a container. A container whose path fails writes no event: it ends with
    /// the iteration around it.
    fn end_of(&self, container: &EventScope) -> ContainerEnd {
        let mut end = self.ends.get(container).copied().unwrap_or_default();
        if end.ended.is_none() {
            let around = (1..=container.frames.len()).rev();
            let mut around =
                around.filter_map(|depth| self.iterations.get(&container.frames[..depth]));
            if let Some(iteration) = around.find(|iteration| iteration.index > end.begun) {
                end.ended = Some(iteration.index);
                end.failed = iteration
                    .has_failed
                    .then_some(iteration.index)
                    .or(end.failed);
            }
        }
        end
    }

    /// Returns whether `inner` wrote an event that refers to an event of `inner`. Otherwise
    /// `around` wrote it, a container of the same type directly around `inner`.
    pub(crate) fn is_of_inner(
        &self,
        kind: EventKind,
        last_kind: PreviousKind,
        inner: &EventScope,
        around: &EventScope,
    ) -> bool {
        // Such an event refers only to events of the same state.
        let is_of_map_run = matches!(
            kind,
            EventKind::MapRunStarted
                | EventKind::MapRunRedriven
                | EventKind::MapRunSucceeded
                | EventKind::MapRunFailed
        );
        if last_kind == PreviousKind::Resumed
            || is_of_map_run
            || kind.group() == EventGroup::Aborted
        {
            return true;
        }
        // A container whose path fails writes no event.
        let fails = matches!(
            kind,
            EventKind::MapStateFailed | EventKind::ParallelStateFailed
        );
        if fails && last_kind.group() == Some(EventGroup::Entered) {
            return false;
        }
        let (inner, around) = (self.end_of(inner), self.end_of(around));
        let Some(ended) = inner.ended else {
            return true;
        };
        if inner.has_exited {
            return false;
        }
        let has_failed = inner.failed == Some(ended);
        // The container retries because its output cannot be evaluated. The retry of the container
        // around it would look the same.
        let starts = matches!(
            kind,
            EventKind::MapStateStarted | EventKind::ParallelStateStarted
        );
        if starts && last_kind.group() == Some(EventGroup::Evaluation) && !has_failed {
            return true;
        }
        // A redrive resumes a failed container if the container around it failed, too. Otherwise
        // that container waits for a retry, which starts new branches or iterations.
        self.redriven > Some(ended) && (!has_failed || around.failed > Some(ended))
    }
}
