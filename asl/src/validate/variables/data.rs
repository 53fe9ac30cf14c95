//! The assignments and reads of workflow variables.

use indexmap::IndexSet;

use crate::analysis::{BodyStart, TransitionSet, VariableUse};
use crate::json::Pointer;

/// All assignments and reads of a definition.
#[derive(Default)]
pub(in crate::validate) struct DefinitionVariables<'d> {
    /// Every name that is assigned or read.
    pub(in crate::validate) names: IndexSet<String>,
    pub(in crate::validate) assignments: Vec<Assignment<'d>>,
    pub(in crate::validate) reads: Vec<VariableRead<'d>>,
}

/// A member of an `Assign`.
pub(in crate::validate) struct Assignment<'d> {
    /// The part that has the `Assign`.
    pub(in crate::validate) part: usize,
    pub(in crate::validate) state: usize,
    pub(super) on: TransitionSet,
    /// The member's key in the definition.
    pub(in crate::validate) key: &'d str,
    /// The variable's name, by its number.
    pub(in crate::validate) name: usize,
}

/// A location where a variable is read.
pub(in crate::validate) struct VariableRead<'d> {
    pub(in crate::validate) state: usize,
    pub(super) on: TransitionSet,
    pub(in crate::validate) name: usize,
    pub(in crate::validate) pointer: Pointer<'d>,
    /// If the read is in an `Assign`: the part and the member whose value reads the variable.
    pub(in crate::validate) assigns: Option<(usize, &'d str)>,
}

/// The variables of a definition, for the analysis of its paths.
pub(in crate::validate) struct VariableUses {
    pub(super) bodies: Vec<BodyStart>,
    pub(super) assignments: Vec<VariableUse>,
    pub(super) reads: Vec<VariableUse>,
    pub(super) catches: Vec<Vec<bool>>,
    pub(super) unassigned: Vec<usize>,
}

impl DefinitionVariables<'_> {
    /// Whether a state assigns a variable, by its number.
    pub(in crate::validate) fn assigns(&self, state: usize, name: usize) -> bool {
        let mut assignments = self.assignments.iter();
        assignments.any(|one| one.state == state && one.name == name)
    }

    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> usize {
        match self.names.get_index_of(name) {
            Some(number) => number,
            None => self.names.insert_full(name.to_owned()).0,
        }
    }
}
