//! Collects the differences and assumptions of a state's conversion.

use std::collections::{BTreeSet, HashSet};

use super::variables::{DataFlow, StateVariables};
use super::{Assumption, Difference};

/// The differences and assumptions of one state.
pub(super) struct Findings<'m> {
    /// The names of all workflow variables of the machine.
    pub(super) variables: &'m HashSet<String>,
    /// Pointers to the values that a template engine fills in.
    pub(super) unknown: &'m HashSet<String>,
    pub(super) notes: Vec<Finding>,
    pub(super) assumptions: BTreeSet<Assumption>,
    /// How the state uses and passes on its input.
    pub(super) flow: DataFlow,
    /// The variables that replace members of the input and the output.
    pub(super) own: StateVariables,
}

/// A difference in the field at a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) difference: Difference,
    pub(super) pointer: String,
    pub(super) message: String,
}

impl<'m> Findings<'m> {
    pub(super) fn new(
        variables: &'m HashSet<String>,
        unknown: &'m HashSet<String>,
    ) -> Findings<'m> {
        Findings {
            variables,
            unknown,
            notes: Vec::new(),
            assumptions: BTreeSet::new(),
            flow: DataFlow::new(),
            own: StateVariables::default(),
        }
    }

    /// Adds a difference, once for each field.
    pub(super) fn note(
        &mut self,
        difference: Difference,
        pointer: &str,
        message: impl Into<String>,
    ) {
        let finding = Finding {
            difference,
            pointer: pointer.to_owned(),
            message: message.into(),
        };
        if !self.notes.contains(&finding) {
            self.notes.push(finding);
        }
    }

    /// Adds that a template engine fills in a part of a path.
    pub(super) fn unknown_path(&mut self, text: &str, pointer: &str) {
        let message = format!("a template engine fills in a part of `{text}`");
        self.note(Difference::UnknownValue, pointer, message);
    }

    pub(super) fn assume(&mut self, assumption: Assumption) {
        self.assumptions.insert(assumption);
    }
}
