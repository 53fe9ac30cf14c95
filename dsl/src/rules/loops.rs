//! Loops without a bound.

use super::assigned::read_in;
use super::graph::{FlowGraph, GraphState};
use crate::expr::{Expr, ExprNode};
use crate::flow::{CallTarget, FlowStateKind, Otherwise, State};
use crate::workflow::SourceLocation;
use std::collections::HashMap;
use stepwright_asl::front_end::{LoopChoice, LoopState, unbounded_loops};
use stepwright_asl::limits::AwaitedEvent;

/// Returns the states that close a loop without a wait and without a counter, each with the
/// location of the transition.
pub(super) fn unbounded<'f>(graph: &FlowGraph<'f>) -> Vec<(&'f State, Option<SourceLocation>)> {
    let mut numbers = VariableNumbers::default();
    let states: Vec<LoopState> = graph
        .states
        .iter()
        .map(|node| loop_state(node, &mut numbers))
        .collect();
    let starts = graph.bodies.iter();
    let order = graph
        .flow
        .order(starts.filter_map(|body| body.states.first().copied()));
    let found = unbounded_loops(&graph.flow, &order, &states).into_iter();
    let found = found.map(|(state, transition)| {
        let node = &graph.states[state];
        let edge = node.transitions[transition].edge;
        let place = edge.and_then(|edge| edge.place).or(node.state.place);
        (node.state, place)
    });
    found.collect()
}

/// Assigns numbers to the names of variables. Variables of different bodies can share a number,
/// because a loop is inside of one body.
#[derive(Default)]
struct VariableNumbers(HashMap<String, usize>);

impl VariableNumbers {
    fn of(&mut self, names: Vec<String>) -> Vec<usize> {
        let numbers = names.into_iter().map(|name| {
            let next = self.0.len();
            *self.0.entry(name).or_insert(next)
        });
        numbers.collect()
    }
}

fn loop_state(node: &GraphState<'_>, numbers: &mut VariableNumbers) -> LoopState {
    let state = node.state;
    let edges = state.edges();
    let assigned = state.assign.iter();
    let assigned = assigned.chain(edges.iter().flat_map(|edge| &edge.assign));
    let counts = assigned
        .filter(|(name, value)| read_in(value).iter().any(|read| read == name))
        .map(|(name, _)| name.to_string());
    let counts = numbers.of(counts.collect());
    let caught = state.catch.iter().filter_map(|catch| catch.output.as_ref());
    LoopState {
        waits: waits(state),
        counts,
        counts_input: state.output.iter().chain(caught).any(computes_with_input),
        choice: loop_choice(state, numbers),
    }
}

fn loop_choice(state: &State, numbers: &mut VariableNumbers) -> Option<LoopChoice> {
    let FlowStateKind::Choice {
        rules,
        subject,
        arms,
        otherwise,
    } = &state.kind
    else {
        return None;
    };
    let conditions = rules.iter().filter_map(|(condition, _)| condition.as_ref());
    let guards = arms.iter().filter_map(|arm| arm.guard.as_ref());
    let mut choice = LoopChoice {
        // The fields of a raw rule are not analysed.
        reads_unknown: rules.iter().any(|(condition, _)| condition.is_none()),
        fails: matches!(otherwise, Otherwise::Fail),
        ..LoopChoice::default()
    };
    for expression in conditions.chain(subject).chain(guards) {
        choice.reads.extend(numbers.of(read_in(expression)));
        choice.reads_input |= reads_input(expression);
    }
    Some(choice)
}

/// Whether a state waits for a time, a job, a task token or an activity.
fn waits(state: &State) -> bool {
    match &state.kind {
        FlowStateKind::Wait(_) => true,
        FlowStateKind::Task { call, .. } => {
            call.waits_for_token
                || match &call.sends {
                    CallTarget::Workflow(workflow) => workflow.awaited,
                    CallTarget::Service(service) => AwaitedEvent::of(&service.resource).is_some(),
                    CallTarget::Task(_) => false,
                }
        }
        _ => false,
    }
}

fn reads_input(expr: &Expr) -> bool {
    let mut reads = false;
    expr.walk(&mut |node| reads |= matches!(node, ExprNode::Input(_)));
    reads
}

/// Whether an expression computes with the state's input, as a counter does.
fn computes_with_input(expr: &Expr) -> bool {
    let mut computes = false;
    expr.walk(&mut |node| {
        if let ExprNode::Binary(_, left, right) = node {
            computes |= reads_input(left) || reads_input(right);
        }
        if let ExprNode::Method(receiver, ..) = node {
            computes |= reads_input(receiver);
        }
    });
    computes
}
