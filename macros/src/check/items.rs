//! The values that the first state of a body reads from its input: the item of a map, and the
//! values that a Distributed Map passes to its children.

use crate::errors::Errors;
use crate::machine::Machine;
use std::collections::{HashMap, HashSet};

/// Runs the rules of this file.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    first_states_run_once(machine, errors);
    items_are_read_by_first_states(machine, errors);
}

/// A first state that reads such values has no incoming transition, because its input is different
/// when it runs again.
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
                Some(item) if crate::name::text(item) == *name => {
                    format!("reads its input as `{name}`")
                }
                _ => format!("reads `{name}` from its input"),
            };
            errors.at(
                edge.name.span(),
                format!(
                    "`{}` is the first state of its body and {what}; this transition runs it again with another input: put a \
                     `pass` state before it, `pass Begin {{ next {}; }}`",
                    edge.name, edge.name
                ),
            );
        }
    }
}

/// Only the first state itself reads such values from its input. States inside of it cannot read
/// them, and states after it read them as variables.
fn items_are_read_by_first_states(machine: &mut Machine, errors: &Errors) {
    let mut reported = HashSet::new();
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
        if !reported.insert((read.scope, read.state)) {
            continue;
        }
        let item = machine.scopes[read.scope].item.as_ref();
        let is_item = item.is_some_and(|item| crate::name::text(item) == *name);
        let what = if is_item {
            format!("is the input of `{begins}`")
        } else {
            format!("is part of the input of `{begins}`")
        };
        let why = if inside {
            format!("the states inside of `{begins}` cannot read it")
        } else {
            format!("`${name}` is a variable only in the states after `{begins}`")
        };
        errors.at(
            read.span,
            format!(
                "`{name}` {what}, and {why}: put a `pass` state before `{begins}`, `pass Begin {{ next {begins}; }}`"
            ),
        );
    }
    for expression in faulty {
        machine.faulty[expression] = true;
    }
}
