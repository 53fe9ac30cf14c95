//! Collects the differences and assumptions of a state's conversion.

use std::collections::{BTreeSet, HashSet};

use super::{Assumption, Difference};

/// The differences and assumptions of one state.
pub(super) struct Findings<'m> {
    /// The names of all workflow variables of the machine.
    pub(super) variables: &'m HashSet<String>,
    pub(super) notes: Vec<Finding>,
    pub(super) assumptions: BTreeSet<Assumption>,
}

/// A difference in the field at a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) difference: Difference,
    pub(super) pointer: String,
    pub(super) message: String,
}

impl<'m> Findings<'m> {
    pub(super) fn new(variables: &'m HashSet<String>) -> Findings<'m> {
        Findings {
            variables,
            notes: Vec::new(),
            assumptions: BTreeSet::new(),
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

    pub(super) fn assume(&mut self, assumption: Assumption) {
        self.assumptions.insert(assumption);
    }
}
