//! The iterations and branches of an execution, to which its events refer.

use std::fmt::Write;

use super::log::Log;
use crate::program::{Kind, Program, StateIx};
use crate::record::{DamagedRecord, RecordReader, RecordWriter, record};

/// The position of a state in a definition: prints the containers around it.
pub(crate) trait ScopeNames {
    fn names(&self) -> Vec<String>;
    /// The visits of the containers, from 1.
    fn visits(&self) -> Vec<u32>;
}

/// Identifies one iteration or branch of an execution; 0 is the top level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(crate) u32);

impl ScopeId {
    pub(crate) const TOP: Self = Self(0);
}

/// One iteration of a Map or one branch of a Parallel, with the state of its chain of events.
#[derive(Clone, Debug)]
struct Scope {
    parent: ScopeId,
    container: StateIx,
    index: u32,
}

/// The scopes of one execution; allocated with the first scope in addition to the top level. The
/// top level has no data: index 0 of the list is a dummy for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes(Option<Box<Log<Scope>>>);

/// Returns the list before the first scope.
fn none() -> Box<Log<Scope>> {
    Box::new(Log::starting_after(1))
}

impl Scopes {
    pub(crate) fn open(&mut self, parent: ScopeId, container: StateIx, index: u32) -> ScopeId {
        let scopes = self.0.get_or_insert_with(none);
        scopes.push(Scope {
            parent,
            container,
            index,
        });
        ScopeId(u32::try_from(scopes.end() - 1).unwrap_or(u32::MAX))
    }

    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(1, |scopes| scopes.end())
    }

    fn get(&self, scope: ScopeId) -> Option<&Scope> {
        self.0.as_ref()?.get(scope.0 as usize)
    }

    /// Writes the scopes after the first `written`, and returns the number of all.
    pub(super) fn write_new(&self, written: usize, to: &mut RecordWriter) -> usize {
        match &self.0 {
            Some(scopes) => scopes.write_new(written, to),
            None => none().write_new(written, to),
        }
    }

    /// Applies the scopes that [`write_new`](Self::write_new) wrote.
    pub(super) fn read_new(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        let mut scopes = self.0.take().unwrap_or_else(none);
        let read = scopes.read_new(from);
        self.0 = (scopes.end() > 1).then_some(scopes);
        read
    }

    /// Returns whether each scope has a container and comes after the scope around it.
    pub(super) fn are_nested(&self) -> bool {
        let mut inner = self.0.iter().flat_map(|scopes| scopes.iter());
        inner.all(|(index, scope)| {
            (scope.parent.0 as usize) < index && scope.container != StateIx::NONE
        })
    }

    pub(super) fn parent(&self, scope: ScopeId) -> ScopeId {
        self.get(scope).map_or(ScopeId::TOP, |scope| scope.parent)
    }

    /// Returns the containers around `scope`, outermost first.
    pub(super) fn path(&self, scope: ScopeId) -> Vec<(StateIx, u32)> {
        let mut path = Vec::new();
        let mut at = scope;
        while at != ScopeId::TOP {
            let Some(scope) = self.get(at) else {
                break;
            };
            path.push((scope.container, scope.index));
            at = scope.parent;
        }
        path.reverse();
        path
    }

    /// Returns the visit of each container around `scope`, from 1, outermost first. The first
    /// iteration or branch of each visit has the index 0.
    fn visits(&self, scope: ScopeId) -> Vec<u32> {
        let mut visits = Vec::new();
        let mut at = scope;
        while at != ScopeId::TOP
            && let Some(inner) = self.get(at)
        {
            // A scope comes after the scope around it.
            let earlier = (inner.parent.0 + 1..=at.0).filter(|earlier| {
                self.get(ScopeId(*earlier)).is_some_and(|earlier| {
                    (earlier.parent, earlier.container, earlier.index)
                        == (inner.parent, inner.container, 0)
                })
            });
            visits.push(u32::try_from(earlier.count()).unwrap_or(u32::MAX));
            at = inner.parent;
        }
        visits.reverse();
        visits
    }
}

/// Formats the path of a scope.
pub(crate) struct ScopePath<'a> {
    pub(crate) program: &'a Program,
    pub(crate) scopes: &'a Scopes,
    pub(crate) scope: ScopeId,
}

impl ScopeNames for ScopePath<'_> {
    fn names(&self) -> Vec<String> {
        names(self.program, &self.scopes.path(self.scope))
    }

    fn visits(&self) -> Vec<u32> {
        self.scopes.visits(self.scope)
    }
}

/// Returns `Map[2]` for an iteration, `Parallel/FirstState` for a branch.
pub(super) fn names(program: &Program, path: &[(StateIx, u32)]) -> Vec<String> {
    path.iter()
        .map(|&(container, index)| {
            let state = program.state(container);
            let mut text = state.name.to_string();
            match &state.kind {
                Kind::Parallel(parallel) => {
                    let branch = parallel.branches.get(index as usize);
                    let first = branch.map_or("", |branch| &program.state(branch.start).name);
                    let _ = write!(text, "/{first}");
                }
                _ => {
                    let _ = write!(text, "[{index}]");
                }
            }
            text
        })
        .collect()
}

record!(struct ScopeId(index));
record!(struct Scope { 1 => parent, 2 => container, 3 => index });
