//! Definite assignment: a variable is read only where every path has assigned it.

use super::earlier_values::{binds_before, in_a_pass_before};
use super::graph::control_flow;
use crate::errors::Errors;
use crate::machine::Machine;
use std::collections::HashSet;
use stepwright_asl::analysis::{BodyStart, TransitionSet, VariableFlow, VariableUse};

/// A variable is read only where every path from the start has assigned it.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    let control_flow = control_flow(machine);
    let (assignments, reads) = uses(machine);
    let bodies = machine.scopes.iter().filter_map(|scope| {
        Some(BodyStart {
            state: *scope.states.first()?,
            parent: scope.owner,
        })
    });
    let bodies: Vec<BodyStart> = bodies.collect();
    let catches = machine.states.iter();
    let catches = catches.map(|node| node.edges.iter().map(|edge| edge.is_catch()).collect());
    let catches: Vec<Vec<bool>> = catches.collect();
    let flow = VariableFlow {
        flow: &control_flow,
        bodies: &bodies,
        variables: machine.variables.len(),
        assignments: &assignments,
        reads: &reads,
        catches: &catches,
    };
    let mut reported = HashSet::new();
    let mut faulty = Vec::new();
    for unassigned in flow.unassigned_reads() {
        let read = &machine.reads[unassigned];
        faulty.push(read.expression);
        // An assignment of the parameter, or to a name that is no variable, is reported elsewhere.
        let variable = &machine.variables[read.variable];
        if machine.workflow.has_parameter(&variable.name) || variable.is_refused {
            continue;
        }
        let state = reads[unassigned].state;
        if !reported.insert((read.variable, state)) {
            continue;
        }
        let node = &machine.states[state];
        let start = machine.scopes[node.scope].states[0];
        let path = flow.path_without(read.variable, start, state);
        let mut edges = node.edges.iter();
        let is_own = edges.any(|edge| edge.assigns.contains(&read.variable));
        let name = |state: usize| &*machine.states[state].name;
        let inside = read.state != state && binds_before(&node.state, &variable.text);
        let message = if inside {
            format!(
                "`{}` is computed for the work of state `{}`, whose inner states cannot read it: {}",
                variable.text,
                node.name,
                in_a_pass_before(&variable.text, &node.name)
            )
        } else {
            path.message(&variable.text, is_own, "`catch`", name)
        };
        errors.at(read.span, message);
    }
    for expression in faulty {
        machine.faulty[expression] = true;
    }
}

/// Returns the assignments and the reads of variables. A state inside of another state reads the
/// values from before that state.
fn uses(machine: &Machine) -> (Vec<VariableUse>, Vec<VariableUse>) {
    let mut assignments = Vec::new();
    for (state, node) in machine.states.iter().enumerate() {
        for (transition, edge) in node.edges.iter().enumerate() {
            assignments.extend(edge.assigns.iter().map(|variable| VariableUse {
                state,
                variable: *variable,
                on: TransitionSet::One(transition),
            }));
        }
    }
    let reads = machine.reads.iter().map(|read| {
        let scope = machine.variables[read.variable].scope;
        VariableUse {
            state: machine.state_in(read.state, scope).unwrap_or(read.state),
            variable: read.variable,
            on: TransitionSet::None,
        }
    });
    (assignments, reads.collect())
}
