//! Which iterations and branches of an execution something else ended.
//!
//! When a branch fails, its siblings end wherever they are. How far each came depends on
//! milliseconds, so what a branch would have done next is not known, and is no difference.

use std::collections::{HashMap, HashSet};

use stepwright_history::runtime_support::{RecordedEvent, without_visit};
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::{EventGroup, EventKind};

/// A visit of a Map or a Parallel: the scope around it, its name, and the number of the visit.
type Container = (Vec<String>, String, u32);

/// The ends of the iterations and branches of one execution.
#[derive(Debug, Default)]
pub(super) struct RecordedScopes {
    /// When each visit failed or was aborted, or the last recorded time; `None` if it succeeded, so
    /// that all its iterations or branches succeeded.
    containers: HashMap<Container, Option<Timestamp>>,
    /// The iterations and branches that failed by themselves.
    failed: HashSet<Vec<String>>,
}

impl RecordedScopes {
    /// Reads events with numbered visits, in their order.
    pub(super) fn of(events: &[RecordedEvent]) -> Self {
        let mut scopes = Self::default();
        let last = events.last().map(|last| last.at);
        let mut visits: HashMap<(&[String], &str), Visits> = HashMap::new();
        let mut causes = FailureCauses::default();
        for event in events {
            let Some(kind) = event.kind.known() else {
                continue;
            };
            if let Some(failed) = causes.next(kind, &event.scope) {
                scopes.failed.insert(failed.to_vec());
            }
            let (Some(state), Some(step)) = (event.state.as_deref(), ContainerStep::of(kind))
            else {
                continue;
            };
            let visits = visits.entry((&event.scope, state)).or_default();
            if step == ContainerStep::Start {
                visits.is_empty = event.details["length"] == 0;
                visits.count += u32::from(!visits.is_empty);
            }
            if visits.is_empty {
                continue;
            }
            let end = match step {
                ContainerStep::Start => last,
                ContainerStep::Success => None,
                ContainerStep::Failure => Some(event.at),
            };
            let container = (event.scope.clone(), state.to_owned(), visits.count);
            scopes.containers.insert(container, end);
        }
        scopes
    }

    /// Returns the outermost iteration or branch around `scope`, or itself, that something else
    /// ended.
    pub(super) fn ended_by_others<'s>(&self, scope: &'s [String]) -> Option<&'s [String]> {
        let mut around = (1..=scope.len()).map(|depth| &scope[..depth]);
        around.find(|around| self.is_ended_by_others(around))
    }

    /// Whether something else ended this iteration or branch itself.
    pub(super) fn is_ended_by_others(&self, scope: &[String]) -> bool {
        !self.failed.contains(scope) && self.end_of(scope).is_some()
    }

    /// Returns when something else ended an iteration or a branch, or one around it.
    pub(super) fn ended_at(&self, scope: &[String]) -> Option<Timestamp> {
        self.end_of(self.ended_by_others(scope)?)
    }

    /// Returns when the Map or Parallel of an iteration or a branch ended, if it did not succeed.
    fn end_of(&self, scope: &[String]) -> Option<Timestamp> {
        let (last, around) = scope.split_last()?;
        let (frame, visit) = without_visit(last);
        // A name may contain the characters that end it.
        let mut ends = frame.match_indices(['[', '/']);
        ends.find_map(|(at, _)| {
            let container = (around.to_vec(), frame[..at].to_owned(), visit);
            *self.containers.get(&container)?
        })
    }
}

/// The visits of a Map or a Parallel so far.
#[derive(Default)]
struct Visits {
    count: u32,
    /// Whether the last visit is of a Map without items, which has no iterations and no number.
    is_empty: bool,
}

/// The change of a visit by an event of its Map or Parallel.
#[derive(Clone, Copy, PartialEq)]
enum ContainerStep {
    Start,
    Success,
    Failure,
}

impl ContainerStep {
    fn of(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::ParallelStateStarted | EventKind::MapStateStarted => Some(Self::Start),
            EventKind::ParallelStateSucceeded | EventKind::MapStateSucceeded => Some(Self::Success),
            EventKind::ParallelStateFailed
            | EventKind::ParallelStateAborted
            | EventKind::MapStateFailed
            | EventKind::MapStateAborted => Some(Self::Failure),
            _ => None,
        }
    }
}

/// Finds the iteration or the branch because of which a Map or a Parallel fails.
#[derive(Default)]
struct FailureCauses<'e> {
    /// The scope of the last failure, if nothing happened there later.
    failure: &'e [String],
    /// The scope of the last event that is no abort: some errors have no event.
    last: &'e [String],
}

impl<'e> FailureCauses<'e> {
    /// Reads an event. Returns the iteration or the branch that failed, if the event is the failure
    /// of its Map or Parallel.
    fn next(&mut self, kind: EventKind, scope: &'e [String]) -> Option<&'e [String]> {
        let is_abort =
            kind.group() == EventGroup::Aborted || kind == EventKind::MapIterationAborted;
        if is_abort {
            return None;
        }
        let fails = matches!(
            kind,
            EventKind::ParallelStateFailed
                | EventKind::MapStateFailed
                | EventKind::MapIterationFailed
                | EventKind::MapRunFailed
        );
        let is_inside = |cause: &&[String]| cause.len() > scope.len() && cause.starts_with(scope);
        let cause = [self.failure, self.last].into_iter().find(is_inside);
        let failed = cause.filter(|_| fails).map(|cause| &cause[..=scope.len()]);
        let is_failure = fails
            || kind == EventKind::FailStateEntered
            || matches!(kind.group(), EventGroup::Failed | EventGroup::Evaluation);
        if is_failure {
            self.failure = scope;
        } else if self.failure == scope {
            self.failure = &[];
        }
        self.last = scope;
        failed
    }
}
