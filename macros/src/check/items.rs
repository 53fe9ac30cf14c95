//! The item of a map, and what a Distributed Map hands in: the input of its body's first state.

use crate::errors::Errors;
use crate::machine::Machine;
use std::collections::{HashMap, HashSet};

/// Runs the rules of this file.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    first_states_run_once(machine, errors);
    items_are_known_inside(machine, errors);
}

/// The first state of a body is no target of a transition where its input is read: when it runs again, its input is
/// something else.
fn first_states_run_once(machine: &Machine, errors: &Errors) {
    let mut read: HashMap<usize, &str> = HashMap::new();
    for one in &machine.item_reads {
        read.entry(one.scope).or_insert(&one.name);
    }
    for (index, scope) in machine.scopes.iter().enumerate() {
        let (Some(name), Some(first)) = (read.get(&index), scope.states.first()) else {
            continue;
        };
        let again = scope
            .states
            .iter()
            .flat_map(|state| &machine.states[*state].edges)
            .find(|edge| edge.to == Some(*first));
        if let Some(edge) = again {
            let what = match &scope.item {
                Some(item) if crate::name::text(item) == *name => format!("`{name}` is its input"),
                _ => format!("`{name}` comes in with its input"),
            };
            errors.at(
                edge.name.span(),
                format!(
                    "`{}` begins its body, where {what}, and this goes to it again with another input: put a `pass` state \
                     before it, `pass Begin {{ next {}; }}`",
                    edge.name, edge.name
                ),
            );
        }
    }
}

/// What comes into a body is read inside of the body's first state only by that state itself: behind it, it is a variable.
fn items_are_known_inside(machine: &mut Machine, errors: &Errors) {
    let mut said = HashSet::new();
    let mut faulty = Vec::new();
    for read in &machine.item_reads {
        let Some(first) = machine.scopes[read.scope].states.first() else {
            continue;
        };
        let (name, begins) = (&read.name, &machine.states[*first].name);
        let inside =
            read.state != *first && machine.state_in(read.state, read.scope) == Some(*first);
        let too_early = read.in_text && read.state == *first;
        if !inside && !too_early {
            continue;
        }
        faulty.push(read.expression);
        if !said.insert((read.scope, read.state)) {
            continue;
        }
        let item = machine.scopes[read.scope].item.as_ref();
        let is_item = item.is_some_and(|item| crate::name::text(item) == *name);
        let what = if is_item {
            format!("is the input of `{begins}`")
        } else {
            format!("comes in with the input of `{begins}`")
        };
        let why = if inside {
            format!("the states inside of `{begins}` do not see it")
        } else {
            format!("`${name}` is a variable only behind it")
        };
        errors.at(
            read.span,
            format!(
                "`{name}` {what}, and {why}: put a `pass` state before it, `pass Begin {{ next {begins}; }}`"
            ),
        );
    }
    for expression in faulty {
        machine.faulty[expression] = true;
    }
}
