//! The assignments and reads of workflow variables.

use indexmap::IndexSet;

use crate::graph::{EdgeKind, Graph};
use crate::json::Pointer;

/// All assignments and reads of a definition.
#[derive(Default)]
pub(in crate::validate) struct Variables<'d> {
    /// Every name that is assigned or read.
    pub(in crate::validate) names: IndexSet<String>,
    pub(in crate::validate) assignments: Vec<Assignment<'d>>,
    pub(in crate::validate) reads: Vec<Read<'d>>,
}

/// A member of an `Assign`.
pub(in crate::validate) struct Assignment<'d> {
    /// The part that has the `Assign`.
    pub(in crate::validate) part: usize,
    pub(in crate::validate) state: usize,
    pub(super) on: On,
    /// The member's key as it is written.
    pub(in crate::validate) key: &'d str,
    /// Its name, by its number.
    pub(in crate::validate) name: usize,
}

/// A place at which a variable is read.
pub(in crate::validate) struct Read<'d> {
    pub(in crate::validate) state: usize,
    pub(super) on: On,
    pub(in crate::validate) name: usize,
    pub(in crate::validate) pointer: Pointer<'d>,
    /// The part that reads, and the member of its `Assign` for which it does.
    pub(in crate::validate) assigns: Option<(usize, &'d str)>,
}

/// The ways out of a state on which something happens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::validate) enum On {
    /// On all but those of catchers.
    Work,
    /// On one, by its number; on none when there is no such way.
    Edge(Option<usize>),
}

impl On {
    /// Whether something happens on the way out of a state by an edge.
    pub(super) fn happens(self, graph: &Graph<'_>, state: usize, edge: usize) -> bool {
        match self {
            On::Edge(only) => only == Some(edge),
            On::Work => !matches!(graph.states()[state].edges[edge].kind, EdgeKind::Catch(_)),
        }
    }
}

impl Variables<'_> {
    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> usize {
        match self.names.get_index_of(name) {
            Some(number) => number,
            None => self.names.insert_full(name.to_owned()).0,
        }
    }
}
