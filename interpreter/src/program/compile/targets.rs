//! Finds the states that transitions name, within their scope.

use indexmap::IndexMap;

use super::field::CompileResult;
use crate::program::index::StateIx;
use crate::query::CompileError;

/// The states of one scope, which its transitions may name.
pub(super) struct Targets<'a>(IndexMap<&'a str, StateIx>);

impl<'a> Targets<'a> {
    pub(super) fn new(ixs: IndexMap<&'a str, StateIx>) -> Self {
        Self(ixs)
    }

    pub(super) fn get(&self, name: &str) -> Option<StateIx> {
        self.0.get(name).copied()
    }

    /// Returns the state that a field names.
    pub(super) fn find(&self, name: &str, field: &str) -> CompileResult<StateIx> {
        self.get(name).ok_or_else(|| {
            CompileError::new(
                field,
                format!("there is no state `{name}` in the scope of this state"),
            )
        })
    }
}
