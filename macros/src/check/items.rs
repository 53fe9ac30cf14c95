//! The item of a map: the input of its body's first state.

use super::machine::Machine;
use crate::errors::Errors;
use std::collections::HashSet;

/// Runs the rules of this file.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    first_states_run_once(machine, errors);
    items_are_known_inside(machine, errors);
}

/// The first state of a body is no target of a transition where the item is read: when it runs again, its input is
/// something else.
fn first_states_run_once(machine: &Machine, errors: &Errors) {
    let read: HashSet<usize> = machine.item_reads.iter().map(|read| read.scope).collect();
    for (index, scope) in machine.scopes.iter().enumerate() {
        let (Some(item), Some(first), true) =
            (scope.item, scope.states.first(), read.contains(&index))
        else {
            continue;
        };
        let again = scope
            .states
            .iter()
            .flat_map(|state| &machine.states[*state].edges)
            .find(|edge| edge.to == Some(*first));
        if let Some(edge) = again {
            errors.at(
                edge.name.span(),
                format!(
                    "`{}` begins its body, where `{item}` is its input, and this goes to it again with another input: put a \
                     `pass` state before it, `pass Begin {{ next {}; }}`",
                    edge.name, edge.name
                ),
            );
        }
    }
}

/// An item is read inside of the body's first state only by that state itself: behind it, the item is a variable.
fn items_are_known_inside(machine: &mut Machine, errors: &Errors) {
    let mut said = HashSet::new();
    let mut faulty = Vec::new();
    for read in &machine.item_reads {
        let Some(first) = machine.scopes[read.scope].states.first() else {
            continue;
        };
        let inside =
            read.state != *first && machine.state_in(read.state, read.scope) == Some(*first);
        if inside {
            faulty.push(read.expression);
            if said.insert((read.scope, read.state)) {
                let name = &machine.states[*first].name;
                let item = machine.scopes[read.scope]
                    .item
                    .map(ToString::to_string)
                    .unwrap_or_default();
                errors.at(
                    read.span,
                    format!(
                        "`{item}` is the input of `{name}`, and the states inside of `{name}` do not see it: put a `pass` state \
                         before it, `pass Begin {{ next {name}; }}`"
                    ),
                );
            }
        }
    }
    for expression in faulty {
        machine.faulty[expression] = true;
    }
}
