//! The states of a definition, with data that the explanations of several visits share.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use stepwright_asl::model::{QueryLanguage, State, StateMachine};
use stepwright_interpreter::program::StateFields;
use stepwright_interpreter::value::Value;

use super::replay_field::ReplayField;

/// The states of a definition by their names.
pub(super) struct DefinedStates<'a> {
    pub(super) states: HashMap<&'a str, DefinedState<'a>>,
    /// The items of each attempt of a visit of a Map; `None` if they are not known.
    items: Mutex<HashMap<(usize, usize), Option<Value>>>,
}

/// A state of a definition.
pub(super) struct DefinedState<'a> {
    pub(super) name: &'a str,
    pub(super) state: &'a State,
    pub(super) language: QueryLanguage,
    fields: OnceLock<Vec<ReplayField>>,
    /// The name of the Map or Parallel around it.
    parent: Option<&'a str>,
}

impl DefinedState<'_> {
    /// Returns the fields of the state, which are compiled at the first call.
    pub(super) fn fields(&self) -> &[ReplayField] {
        self.fields.get_or_init(|| {
            let fields = StateFields::of(self.state, self.language);
            fields.iter().map(ReplayField::compile).collect()
        })
    }
}

impl<'a> DefinedStates<'a> {
    /// Lists the states on all levels.
    pub(super) fn of(machine: &'a StateMachine) -> Self {
        let states = machine.states().map(|found| {
            let language = found.state.query_language();
            let language = language.or(machine.query_language.as_ref());
            let state = DefinedState {
                name: found.name,
                state: found.state,
                language: language
                    .and_then(|word| word.known())
                    .unwrap_or(QueryLanguage::JsonPath),
                fields: OnceLock::new(),
                parent: found.container.parent,
            };
            (found.name, state)
        });
        Self {
            states: states.collect(),
            items: Mutex::default(),
        }
    }

    /// Returns the items of an attempt of a visit of a Map, which `evaluate` returns at the first
    /// call.
    pub(super) fn items(
        &self,
        map: (usize, usize),
        evaluate: impl FnOnce() -> Option<Value>,
    ) -> Option<Value> {
        let items = || self.items.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = items().get(&map) {
            return known.clone();
        }
        // Without the lock: the Map may be inside of another one.
        let evaluated = evaluate();
        items().insert(map, evaluated.clone());
        evaluated
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
