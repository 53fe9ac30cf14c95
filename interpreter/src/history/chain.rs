//! Finds the previous event of each event, as AWS's histories show it.

use super::entry::Entry;
use super::kind::EventGroup;
use super::scope::Scopes;
use super::{EventKind, ScopeId};
use crate::record::record;

/// Computes `previousEventId`.
///
/// Every branch and iteration has its own chain, which begins at ParallelStateStarted or
/// MapStateStarted. Some events are outside of their chain: later events do not refer to them
/// (docs/reference/service-behaviour.md, "Chains of events").
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    scopes: Vec<Link>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Link {
    /// The last event of this scope's chain.
    last: u32,
    /// The last event of a chain directly inside.
    inner: u32,
    /// The event to which the StateEntered of the current state refers.
    before_entered: u32,
    /// The last MapIterationSucceeded or MapRunSucceeded of the Map in this scope, or the failure
    /// of an iteration; 0 for neither.
    outcome: u32,
    /// [`IS_OPEN`], [`HAS_SUCCEEDED`].
    flags: u8,
}

/// The scope has started.
const IS_OPEN: u8 = 1;
/// The outcome of the Map is a success.
const HAS_SUCCEEDED: u8 = 2;

impl Link {
    fn succeed(&mut self, id: u32) {
        self.outcome = id;
        self.flags |= HAS_SUCCEEDED;
    }

    /// Returns the failure of an iteration.
    fn failing(&self) -> Option<u32> {
        (self.outcome > 0 && self.flags & HAS_SUCCEEDED == 0).then_some(self.outcome)
    }

    /// Returns the last MapIterationSucceeded or MapRunSucceeded.
    fn succeeded(&self) -> Option<u32> {
        (self.flags & HAS_SUCCEEDED != 0).then_some(self.outcome)
    }

    fn forget_outcome(&mut self) {
        self.outcome = 0;
        self.flags &= !HAS_SUCCEEDED;
    }
}

impl Chain {
    /// Returns whether the chain has an event.
    pub(super) fn has_begun(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Returns the event to which `entry`, with the id `id`, refers.
    pub(super) fn previous(&mut self, scopes: &Scopes, entry: &Entry, id: u32) -> u32 {
        let at = entry.scope.0 as usize;
        if self.scopes.len() < scopes.len() {
            self.scopes.resize(scopes.len(), Link::default());
        }
        let parent = scopes.parent(entry.scope).0 as usize;
        if self.scopes[at].flags & IS_OPEN == 0 && entry.scope != ScopeId::TOP {
            let above = self.scopes[parent];
            self.scopes[at].last =
                if above.inner > above.last && entry.kind == EventKind::MapIterationStarted {
                    above.inner
                } else {
                    above.last
                };
            self.scopes[at].flags |= IS_OPEN;
        }
        let group = entry.kind.group();
        match entry.kind {
            EventKind::MapStateStarted | EventKind::MapStateFailed => {
                self.scopes[at].forget_outcome();
            }
            EventKind::MapIterationFailed => {
                let failing = self.scopes[at].last;
                self.scopes[parent].forget_outcome();
                self.scopes[parent].outcome = failing;
            }
            // Its abort refers to the failure of another iteration.
            EventKind::MapIterationAborted => {
                if let Some(failing) = self.scopes[parent].failing() {
                    self.scopes[at].last = failing;
                }
            }
            EventKind::MapIterationSucceeded if self.scopes[parent].failing().is_none() => {
                self.scopes[parent].succeed(id);
            }
            _ => {}
        }
        let link = &mut self.scopes[at];
        if group == EventGroup::Container && link.inner > link.last {
            link.last = link.inner;
        }
        let (previous, advances) = match entry.kind {
            EventKind::ExecutionStarted
            | EventKind::ExecutionAborted
            | EventKind::ExecutionTimedOut => (0, false),
            EventKind::EvaluationFailed => (link.before_entered, true),
            EventKind::MapStateSucceeded => (link.succeeded().unwrap_or(link.last), false),
            // In recordings, that of a Distributed Map refers to MapRunSucceeded in 16, and to
            // MapRunStarted in 9.
            EventKind::MapStateExited => (link.succeeded().unwrap_or(link.last), true),
            EventKind::ParallelStateSucceeded
            | EventKind::MapIterationSucceeded
            | EventKind::MapIterationFailed
            | EventKind::MapIterationAborted
            | EventKind::MapRunSucceeded => (link.last, false),
            _ => (link.last, group != EventGroup::Aborted),
        };
        match entry.kind {
            EventKind::MapRunSucceeded => link.succeed(id),
            EventKind::MapStateExited => link.forget_outcome(),
            _ => {}
        }
        if group == EventGroup::Entered {
            link.before_entered = if entry.kind == EventKind::WaitStateEntered {
                id
            } else {
                previous
            };
        }
        if advances {
            link.last = id;
            if entry.scope != ScopeId::TOP && group != EventGroup::Iteration {
                self.scopes[parent].inner = id;
            }
        }
        previous
    }
}

record!(struct Chain { 1 => scopes });
record!(struct Link { 1 => last, 2 => inner, 3 => before_entered, 4 => outcome, 5 => flags });
