//! Loops without bound.

use super::assigned::read_in;
use crate::expr::{Expr, ExprNode};
use crate::flow::{CallTarget, FlowStateKind, Otherwise, State};
use crate::workflow::SourceLocation;
use std::collections::HashSet;
use stepwright_asl::limits::AwaitedEvent;

/// The states at which loops go back that neither wait nor count, with the place of the call.
pub(super) fn unbounded(states: &[State]) -> Vec<(&State, Option<SourceLocation>)> {
    let to: Vec<Vec<usize>> = states.iter().map(|state| targets(state, states)).collect();
    let reaches: Vec<HashSet<usize>> = (0..states.len()).map(|from| reached(from, &to)).collect();
    let mut found = Vec::new();
    let mut said: HashSet<usize> = HashSet::new();
    for (from, state) in states.iter().enumerate() {
        // The states of a loop reach each other.
        let inside: Vec<usize> = (0..states.len())
            .filter(|other| reaches[from].contains(other) && reaches[*other].contains(&from))
            .collect();
        let goes_back = to[from].iter().any(|to| *to <= from && inside.contains(to));
        if !goes_back || inside.iter().any(|state| said.contains(state)) {
            continue;
        }
        said.extend(&inside);
        let members: Vec<&State> = inside.iter().map(|index| &states[*index]).collect();
        if !is_bounded(&members) {
            let edges = state.edges().into_iter();
            let back = edges.filter(|edge| members.iter().any(|one| one.name == edge.target));
            let place = back.filter_map(|edge| edge.place).next();
            found.push((state, place.or(state.place)));
        }
    }
    found
}

fn targets(state: &State, states: &[State]) -> Vec<usize> {
    let targets = state.targets().into_iter();
    targets
        .filter_map(|target| states.iter().position(|state| state.name == target))
        .collect()
}

/// The states that can be reached from one by a step at least.
fn reached(from: usize, to: &[Vec<usize>]) -> HashSet<usize> {
    let mut reached = HashSet::new();
    let mut open = to[from].clone();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(&to[next]);
        }
    }
    reached
}

/// Whether a loop waits, or has a choice that leaves it by what the loop counts: a variable, or the value that its states
/// hand on.
fn is_bounded(inside: &[&State]) -> bool {
    let mut counts: HashSet<String> = HashSet::new();
    let mut counts_input = false;
    for state in inside {
        if waits(state) {
            return true;
        }
        let on_edges = state.edges().into_iter().flat_map(|edge| &edge.assign);
        for (name, value) in state.assign.iter().chain(on_edges) {
            if read_in(value).iter().any(|read| read == name) {
                counts.insert(name.to_string());
            }
        }
        let caught = state.catch.iter().filter_map(|catch| catch.output.as_ref());
        counts_input |= state.output.iter().chain(caught).any(computes_with_input);
    }
    inside.iter().any(|state| {
        let FlowStateKind::Choice {
            rules,
            subject,
            arms,
            otherwise,
        } = &state.kind
        else {
            return false;
        };
        let is_inside = |target: &str| inside.iter().any(|state| state.name == target);
        let leaves = state.targets().iter().any(|target| !is_inside(target))
            || matches!(otherwise, Otherwise::Fail);
        let conditions = rules.iter().filter_map(|(condition, _)| condition.as_ref());
        let guards = arms.iter().filter_map(|arm| arm.guard.as_ref());
        let mut decides = conditions.chain(subject).chain(guards);
        // What a raw rule looks at is not known.
        let is_raw = rules.iter().any(|(condition, _)| condition.is_none());
        leaves
            && (is_raw
                || decides.any(|one| {
                    read_in(one).iter().any(|name| counts.contains(name))
                        || counts_input && reads_input(one)
                }))
    })
}

/// Whether a state takes its time.
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

/// Whether an expression adds to the state's input, or takes from it.
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
