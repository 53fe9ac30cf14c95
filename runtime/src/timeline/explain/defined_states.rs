use std::collections::HashMap;

use stepwright_asl::model::{State, StateMachine};

/// The states of a definition by their names.
pub(super) struct DefinedStates<'a> {
    pub(super) machine: &'a StateMachine,
    pub(super) states: HashMap<&'a str, DefinedState<'a>>,
}

/// A state of a definition.
pub(super) struct DefinedState<'a> {
    pub(super) name: &'a str,
    pub(super) state: &'a State,
    /// The name of the Map or Parallel around it.
    parent: Option<&'a str>,
}

impl<'a> DefinedStates<'a> {
    /// Lists the states on all levels.
    pub(super) fn of(machine: &'a StateMachine) -> Self {
        let states = machine.states().map(|found| {
            let state = DefinedState {
                name: found.name,
                state: found.state,
                parent: found.container.parent,
            };
            (found.name, state)
        });
        Self {
            machine,
            states: states.collect(),
        }
    }

    /// Returns the innermost Map around a state.
    pub(super) fn map_around(&self, name: &str) -> Option<&DefinedState<'a>> {
        let mut parent = self.states.get(name)?.parent;
        loop {
            let around = self.states.get(parent?)?;
            if matches!(around.state, State::Map(_)) {
                return Some(around);
            }
            parent = around.parent;
        }
    }
}
