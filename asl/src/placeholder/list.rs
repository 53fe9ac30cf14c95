//! The placeholders of a machine.

use super::address::{Addresses, StandsFor};
use super::place::{self, Place};
use super::syntax::names;
use crate::model::StateMachine;

/// A name that a template must give a value, and the states that use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    name: String,
    stands_for: StandsFor,
    states: Vec<String>,
}

impl Placeholder {
    /// The name: `TopicArn` of `${TopicArn}`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it stands for.
    pub fn stands_for(&self) -> StandsFor {
        self.stands_for
    }

    /// The states that use it, in the order of the definition; none where only the machine itself does.
    pub fn states(&self) -> &[String] {
        &self.states
    }
}

/// All placeholders of a machine, in the order of the definition. A name that stands for two things is there twice.
///
/// A `Resource` counts as a function's: its text does not tell whether it is an activity's.
pub fn in_machine(machine: &StateMachine) -> Vec<Placeholder> {
    in_machine_with(machine, None)
}

/// The same, where it is known which states call functions, activities and machines by placeholders: each other placeholder is the
/// user's.
pub fn in_machine_with(machine: &StateMachine, addresses: Option<&Addresses>) -> Vec<Placeholder> {
    let mut found: Vec<Placeholder> = Vec::new();
    let mut json = machine.to_value();
    place::walk(&mut json, addresses, &mut |place: &Place<'_>, text| {
        for name in names(text) {
            let stands_for = place.stands_for(text);
            let index = found
                .iter()
                .position(|one| one.name == name && one.stands_for == stands_for)
                .unwrap_or_else(|| {
                    found.push(Placeholder {
                        name: name.to_owned(),
                        stands_for,
                        states: Vec::new(),
                    });
                    found.len() - 1
                });
            if let Some(state) = place.state {
                let states = &mut found[index].states;
                if states.last().is_none_or(|last| last != state) {
                    states.push(state.to_owned());
                }
            }
        }
    });
    found
}
