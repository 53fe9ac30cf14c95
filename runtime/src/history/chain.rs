use super::entry::Entry;
use super::kind::Group;
use super::scope::Scopes;
use super::{EventKind, ScopeId};
use crate::record::record;

/// Computes `previousEventId`.
///
/// Every branch and iteration is a chain of its own that begins at ParallelStateStarted or MapStateStarted.
/// Some events stand beside their chain: what comes after them does not point at them (SERVICE_FACTS 10.3).
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
    /// What the StateEntered of the current state points at.
    before_entered: u32,
    /// What failed the iteration of the Map in this scope; 0 for nothing.
    failing: u32,
    is_open: bool,
}

impl Chain {
    /// Whether an event was asked for.
    pub(super) fn has_begun(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// The event that `entry`, whose id is `id`, points at.
    pub(super) fn previous(&mut self, scopes: &Scopes, entry: &Entry, id: u32) -> u32 {
        let at = entry.scope.0 as usize;
        if self.scopes.len() < scopes.len() {
            self.scopes.resize(scopes.len(), Link::default());
        }
        let parent = scopes.parent(entry.scope).0 as usize;
        if !self.scopes[at].is_open && entry.scope != ScopeId::TOP {
            let above = self.scopes[parent];
            self.scopes[at].last =
                if above.inner > above.last && entry.kind == EventKind::MapIterationStarted {
                    above.inner
                } else {
                    above.last
                };
            self.scopes[at].is_open = true;
        }
        let group = entry.kind.group();
        match entry.kind {
            EventKind::MapStateStarted => self.scopes[at].failing = 0,
            EventKind::MapIterationFailed => self.scopes[parent].failing = self.scopes[at].last,
            // It is aborted by what failed another one.
            EventKind::MapIterationAborted if self.scopes[parent].failing > 0 => {
                self.scopes[at].last = self.scopes[parent].failing;
            }
            _ => {}
        }
        let link = &mut self.scopes[at];
        if group == Group::Container && link.inner > link.last {
            link.last = link.inner;
        }
        let (previous, advances) = match entry.kind {
            EventKind::ExecutionStarted
            | EventKind::ExecutionAborted
            | EventKind::ExecutionTimedOut => (0, false),
            EventKind::EvaluationFailed => (link.before_entered, true),
            EventKind::MapStateSucceeded
            | EventKind::ParallelStateSucceeded
            | EventKind::MapIterationSucceeded
            | EventKind::MapIterationFailed
            | EventKind::MapIterationAborted
            | EventKind::MapRunSucceeded => (link.last, false),
            _ => (link.last, group != Group::Aborted),
        };
        if group == Group::Entered {
            link.before_entered = if entry.kind == EventKind::WaitStateEntered {
                id
            } else {
                previous
            };
        }
        if advances {
            link.last = id;
            if entry.scope != ScopeId::TOP && group != Group::Iteration {
                self.scopes[parent].inner = id;
            }
        }
        previous
    }
}

record!(struct Chain { scopes });
record!(struct Link { last, inner, before_entered, failing, is_open });
