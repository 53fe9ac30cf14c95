use std::fmt::Write;

use super::log::Log;
use crate::program::{Kind, Program, StateIx};
use crate::record::{Damaged, Reader, Writer, record};
use crate::task::Scoped;

/// Names one iteration or branch of an execution; 0 is the top level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ScopeId(pub(crate) u32);

impl ScopeId {
    pub(crate) const TOP: Self = Self(0);
}

/// One iteration of a Map or one branch of a Parallel, and how far its chain of events has come.
#[derive(Clone, Debug)]
struct Scope {
    parent: ScopeId,
    container: StateIx,
    index: u32,
}

/// The scopes of one execution. That of the top level has nothing to be kept: the first place stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Scopes(Log<Scope>);

impl Default for Scopes {
    fn default() -> Self {
        Self(Log::behind(1))
    }
}

impl Scopes {
    pub(crate) fn open(&mut self, parent: ScopeId, container: StateIx, index: u32) -> ScopeId {
        self.0.push(Scope {
            parent,
            container,
            index,
        });
        ScopeId(u32::try_from(self.0.end() - 1).unwrap_or(u32::MAX))
    }

    pub(super) fn len(&self) -> usize {
        self.0.end()
    }

    /// Writes the scopes behind the first `written`, and gives the number of all.
    pub(super) fn write_behind(&self, written: usize, to: &mut Writer) -> usize {
        self.0.write_behind(written, to)
    }

    /// Takes over what [`write_behind`](Self::write_behind) wrote.
    pub(super) fn read_behind(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.0.read_behind(from)
    }

    /// Whether each has a container, and stands behind the one around it.
    pub(super) fn are_nested(&self) -> bool {
        let mut inner = self.0.iter();
        inner.all(|(place, scope)| {
            (scope.parent.0 as usize) < place && scope.container != StateIx::NONE
        })
    }

    pub(super) fn parent(&self, scope: ScopeId) -> ScopeId {
        self.0
            .get(scope.0 as usize)
            .map_or(ScopeId::TOP, |scope| scope.parent)
    }

    /// The containers around `scope`, outermost first.
    pub(super) fn path(&self, scope: ScopeId) -> Vec<(StateIx, u32)> {
        let mut path = Vec::new();
        let mut at = scope;
        while at != ScopeId::TOP {
            let Some(scope) = self.0.get(at.0 as usize) else {
                break;
            };
            path.push((scope.container, scope.index));
            at = scope.parent;
        }
        path.reverse();
        path
    }
}

/// A scope that prints itself.
pub(crate) struct ScopePath<'a> {
    pub(crate) program: &'a Program,
    pub(crate) scopes: &'a Scopes,
    pub(crate) scope: ScopeId,
}

impl Scoped for ScopePath<'_> {
    fn names(&self) -> Vec<String> {
        names(self.program, &self.scopes.path(self.scope))
    }
}

/// `Map[2]` for an iteration, `Parallel/FirstState` for a branch.
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

record!(struct ScopeId(place));
record!(struct Scope { parent, container, index });
