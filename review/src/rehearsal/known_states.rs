//! The states of the old and the new definition, for the comparison of a rehearsal.

use std::collections::{HashMap, HashSet};

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::StateKind;

use super::compare::KnownStates;
use super::renames::DefinitionChange;

/// The states of the new definition, and what is known about the old one.
#[derive(Debug, Default)]
pub(super) struct NewStates {
    kinds: HashMap<String, Option<StateKind>>,
}

impl NewStates {
    pub(super) fn of(definition: &Asl) -> Self {
        let graph = Graph::of(definition);
        let states = graph.states().iter();
        Self {
            kinds: states
                .map(|state| (state.name.to_owned(), state.kind))
                .collect(),
        }
    }

    pub(super) fn has(&self, state: &str) -> bool {
        self.kinds.contains_key(state)
    }
}

/// The definition of a recorded execution.
#[derive(Debug)]
pub(super) struct OldDefinition {
    pub(super) change: DefinitionChange,
    /// Its states, by their new names.
    states: HashSet<String>,
}

impl OldDefinition {
    pub(super) fn of(old: &Asl, new: &Asl) -> Self {
        let change = DefinitionChange::between(old, new);
        let graph = Graph::of(old);
        let states = graph.states().iter().map(|state| {
            let new_name = change.new_name(state.name);
            new_name.unwrap_or_else(|| state.name.to_owned())
        });
        let states = states.collect();
        Self { states, change }
    }
}

/// The states of both definitions.
pub(super) struct BothStates<'a> {
    pub(super) new: &'a NewStates,
    pub(super) old: Option<&'a OldDefinition>,
}

impl KnownStates for BothStates<'_> {
    fn is_in_new(&self, state: &str) -> bool {
        self.new.has(state)
    }

    fn is_in_old(&self, state: &str) -> Option<bool> {
        Some(self.old?.states.contains(state))
    }

    fn is_choice(&self, state: &str) -> bool {
        self.new.kinds.get(state) == Some(&Some(StateKind::Choice))
    }
}
