//! Which states are reachable, and whether they can end.

use super::graph::control_flow;
use crate::errors::Errors;
use crate::machine::Machine;
use stepwright_asl::analysis::ControlFlow;

/// Runs the rules of this file, and puts the states of each scope in order.
///
/// `unresolved` and `missing` contain, by scope, whether transitions of the scope have no known
/// target. A state that seems unreachable may be the target of such a transition.
pub(super) fn rules(machine: &mut Machine, unresolved: &[bool], missing: &[bool], errors: &Errors) {
    let flow = control_flow(machine);
    order(machine, &flow);
    let is_certain: Vec<bool> = (0..machine.scopes.len())
        .map(|scope| !unresolved[scope] && !missing[scope] && !machine.scopes[scope].broken)
        .collect();
    every_state_is_reachable(machine, &flow, &is_certain, errors);
    every_state_can_end(machine, &flow, &is_certain, errors);
}

/// Each state is reachable from the first state of its scope.
fn every_state_is_reachable(
    machine: &Machine,
    flow: &ControlFlow,
    is_certain: &[bool],
    errors: &Errors,
) {
    for state in flow.unreachable() {
        let node = &machine.states[state];
        if node.duplicate || !is_certain[node.scope] {
            continue;
        }
        let Some(first) = machine.scopes[node.scope].states.first() else {
            continue;
        };
        errors.at(
            node.state.name.span(),
            format!(
                "state `{}` is never reached from `{}`: add a transition to it, or remove it",
                node.name, machine.states[*first].name
            ),
        );
    }
}

/// Each reachable state of a scope has a path to an end. Otherwise an execution that enters the
/// state runs until AWS stops it.
fn every_state_can_end(
    machine: &Machine,
    flow: &ControlFlow,
    is_certain: &[bool],
    errors: &Errors,
) {
    for (scope, is_certain) in machine.scopes.iter().zip(is_certain) {
        let mut endless = flow.endless(&scope.states);
        let stuck = endless.find(|state| !machine.states[*state].duplicate);
        if let (Some(stuck), true) = (stuck, is_certain) {
            let node = &machine.states[stuck];
            let message = if machine.workflow.function.is_some() {
                format!(
                    "the workflow never ends after `{}`: leave the loop with `break` or `return`",
                    node.name
                )
            } else {
                format!(
                    "no path from `{}` ends: add a transition to an `end`, a `succeed` or a `fail`",
                    node.name
                )
            };
            errors.at(node.state.name.span(), message);
        }
    }
}

/// Puts the states of each scope in reverse postorder, with unreachable states last.
///
/// In this order, the generated code for type inference contains each assignment of a variable
/// before the reads that it reaches.
fn order(machine: &mut Machine, flow: &ControlFlow) {
    let starts = machine.scopes.iter();
    let starts: Vec<usize> = starts
        .filter_map(|scope| scope.states.first().copied())
        .collect();
    let reached = flow.order(starts);
    let unreached = (0..machine.states.len()).filter(|state| !flow.reached[*state]);
    let order: Vec<usize> = reached.into_iter().chain(unreached).collect();
    for state in order {
        let scope = machine.states[state].scope;
        machine.scopes[scope].order.push(state);
    }
}
