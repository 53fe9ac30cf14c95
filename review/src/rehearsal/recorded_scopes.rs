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
        let mut failure: &[String] = &[];
        let mut visits: HashMap<(&[String], &str), u32> = HashMap::new();
        for event in events {
            let Some(kind) = event.kind.known() else {
                continue;
            };
            if is_failure(kind) {
                // The events between a failure and that of the container are of other branches.
                let depth = event.scope.len();
                if failure.len() > depth && failure.starts_with(&event.scope) {
                    scopes.failed.insert(failure[..=depth].to_vec());
                }
                failure = &event.scope;
            }
            let Some(state) = event.state.as_deref() else {
                continue;
            };
            let visit = visits.entry((&event.scope, state)).or_default();
            let end = match kind {
                EventKind::ParallelStateStarted => last,
                EventKind::MapStateStarted if event.details["length"] != 0 => last,
                EventKind::ParallelStateSucceeded | EventKind::MapStateSucceeded => None,
                EventKind::ParallelStateFailed
                | EventKind::ParallelStateAborted
                | EventKind::MapStateFailed
                | EventKind::MapStateAborted => Some(event.at),
                _ => continue,
            };
            *visit += u32::from(matches!(
                kind,
                EventKind::ParallelStateStarted | EventKind::MapStateStarted
            ));
            let container = (event.scope.clone(), state.to_owned(), *visit);
            scopes.containers.insert(container, end);
        }
        scopes
    }

    /// Returns the outermost iteration or branch around `scope`, or itself, that something else
    /// ended.
    pub(super) fn ended_by_others<'s>(&self, scope: &'s [String]) -> Option<&'s [String]> {
        let mut around = (1..=scope.len()).map(|depth| &scope[..depth]);
        around.find(|around| !self.failed.contains(*around) && self.end_of(around).is_some())
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

fn is_failure(kind: EventKind) -> bool {
    let fails = matches!(
        kind,
        EventKind::FailStateEntered
            | EventKind::ParallelStateFailed
            | EventKind::MapStateFailed
            | EventKind::MapIterationFailed
            | EventKind::MapRunFailed
    );
    fails || matches!(kind.group(), EventGroup::Failed | EventGroup::Evaluation)
}
