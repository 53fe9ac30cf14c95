//! Indexes of the visits of a timeline: by state, by container and by scope.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use smol_str::SmolStr;

use super::visit::Visit;

/// The visits of a timeline by what they have in common, so that neither the next event nor a page
/// about one visit searches all.
#[derive(Debug, Clone, Default)]
pub(super) struct VisitIndex {
    by_state: HashMap<SmolStr, Vec<usize>>,
    /// The visits inside of each visit of a Map or Parallel.
    by_container: HashMap<usize, Vec<usize>>,
    /// The visit that follows each visit in its iteration, branch or the top level.
    following: HashMap<usize, usize>,
    scopes: HashMap<Arc<[String]>, ScopeVisits>,
    /// The open visits, ordered so that those of a scope and of the scopes inside it are adjacent.
    open: BTreeSet<(Arc<[String]>, usize)>,
}

/// The visits of one iteration, one branch or the top level.
#[derive(Debug, Clone, Default)]
struct ScopeVisits {
    /// The visit that was entered last.
    last: Option<usize>,
    /// The last visit of each state.
    by_state: HashMap<SmolStr, usize>,
}

impl VisitIndex {
    /// Adds a visit, which is open.
    pub(super) fn add(&mut self, at: usize, visit: &Visit) {
        match self.by_state.get_mut(visit.state()) {
            Some(same) => same.push(at),
            None => {
                self.by_state.insert(visit.state.clone(), vec![at]);
            }
        }
        if let Some(container) = visit.container {
            self.by_container.entry(container).or_default().push(at);
        }
        if let Some(previous) = visit.previous {
            self.following.entry(previous).or_insert(at);
        }
        let scope = self.scopes.entry(visit.scope.clone()).or_default();
        scope.last = Some(at);
        scope.by_state.insert(visit.state.clone(), at);
        self.open(at, visit);
    }

    /// Returns the names of a scope. The visits of a scope share them.
    pub(super) fn names_of(&self, scope: &[String]) -> Arc<[String]> {
        let known = self.scopes.get_key_value(scope);
        known.map_or_else(|| scope.into(), |(names, _)| names.clone())
    }

    /// Returns the visit of a scope that was entered last.
    pub(super) fn last_in(&self, scope: &[String]) -> Option<usize> {
        self.scopes.get(scope)?.last
    }

    /// Returns the last visit of a state in a scope.
    pub(super) fn last_of(&self, scope: &[String], state: &str) -> Option<usize> {
        self.scopes.get(scope)?.by_state.get(state).copied()
    }

    pub(super) fn open(&mut self, at: usize, visit: &Visit) {
        self.open.insert((visit.scope.clone(), at));
    }

    pub(super) fn close(&mut self, at: usize, visit: &Visit) {
        self.open.remove(&(visit.scope.clone(), at));
    }

    /// Returns the open visits of a scope and of the scopes inside it, in their order.
    pub(super) fn open_in(&self, scope: &[String]) -> Vec<usize> {
        let from = (Bound::Included((scope.into(), 0)), Bound::Unbounded);
        let open = self.open.range::<(Arc<[String]>, usize), _>(from);
        let open = open.take_while(|(names, _)| names.starts_with(scope));
        let mut open: Vec<usize> = open.map(|(_, visit)| *visit).collect();
        open.sort_unstable();
        open
    }

    pub(super) fn of_state(&self, state: &str) -> &[usize] {
        self.by_state.get(state).map_or(&[], Vec::as_slice)
    }

    pub(super) fn inside(&self, container: usize) -> &[usize] {
        self.by_container.get(&container).map_or(&[], Vec::as_slice)
    }

    pub(super) fn after(&self, visit: usize) -> Option<usize> {
        self.following.get(&visit).copied()
    }
}
