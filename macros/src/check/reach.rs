//! Which states run, and whether they come to an end.

use crate::errors::Errors;
use crate::machine::{Machine, State, StateWork};
use std::collections::HashSet;

/// Runs the rules of this file, and puts each scope's states in order.
///
/// `unresolved` and `missing` say, by scope, whether transitions of it are unknown: what seems unreachable then may be
/// reached by the transition that was meant.
pub(super) fn rules(machine: &mut Machine, unresolved: &[bool], missing: &[bool], errors: &Errors) {
    for scope in 0..machine.scopes.len() {
        let reached = order(machine, scope);
        let certain = !unresolved[scope] && !missing[scope] && !machine.scopes[scope].broken;
        if certain {
            every_state_is_reached(machine, scope, &reached, errors);
            every_state_comes_to_an_end(machine, scope, &reached, errors);
        }
    }
}

/// A state that nothing leads to is a mistake: of its transition or of somebody else's.
fn every_state_is_reached(machine: &Machine, scope: usize, reached: &[bool], errors: &Errors) {
    let states = &machine.scopes[scope].states;
    let Some(first) = states.first() else {
        return;
    };
    let followers = followers(machine, states, reached);
    for state in states {
        let node = &machine.states[*state];
        if !reached[*state] && !node.duplicate && !followers.contains(state) {
            errors.at(
                node.state.name.span(),
                format!(
                    "state `{}` is never reached from `{}`: let a transition lead to it, or take it out",
                    node.name, machine.states[*first].name
                ),
            );
        }
    }
}

/// The unreachable states that another unreachable one leads to: when it is mended, so are they.
fn followers(machine: &Machine, states: &[usize], reached: &[bool]) -> HashSet<usize> {
    let mut followers = HashSet::new();
    for state in states.iter().filter(|state| !reached[**state]) {
        if followers.contains(state) {
            continue;
        }
        let mut todo = vec![*state];
        while let Some(here) = todo.pop() {
            for to in machine.states[here].edges.iter().filter_map(|edge| edge.to) {
                if to != *state && !reached[to] && followers.insert(to) {
                    todo.push(to);
                }
            }
        }
    }
    followers
}

/// From every state some way leads to an end; else an execution that gets there runs until AWS stops it.
fn every_state_comes_to_an_end(machine: &Machine, scope: usize, reached: &[bool], errors: &Errors) {
    let states = &machine.scopes[scope].states;
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); machine.states.len()];
    for state in states {
        for edge in &machine.states[*state].edges {
            if let Some(to) = edge.to {
                before[to].push(*state);
            }
        }
    }
    let mut ends = vec![false; machine.states.len()];
    let mut todo: Vec<usize> = states
        .iter()
        .copied()
        .filter(|state| is_an_end(&machine.states[*state].state))
        .collect();
    while let Some(state) = todo.pop() {
        if !std::mem::replace(&mut ends[state], true) {
            todo.extend(&before[state]);
        }
    }
    let stuck = states
        .iter()
        .find(|state| reached[**state] && !ends[**state] && !machine.states[**state].duplicate);
    if let Some(stuck) = stuck {
        let node = &machine.states[*stuck];
        errors.at(
            node.state.name.span(),
            format!(
                "nothing that follows `{}` ever ends: let some way lead to an `end`, a `succeed` or a `fail`",
                node.name
            ),
        );
    }
}

/// Whether an execution can stop at a state.
fn is_an_end(state: &State) -> bool {
    match &state.kind {
        StateWork::Succeed(_) | StateWork::Fail(_) | StateWork::Exit(_) | StateWork::Unknown => {
            true
        }
        StateWork::Choice(choice) => choice.fails.is_some(),
        _ => state.broken || state.ends() || state.way.is_none(),
    }
}

/// Puts the states of a scope in reverse postorder, those that nothing reaches behind. Gives which are reached.
///
/// In that order the type block sees an assignment of a variable before each read that it reaches.
fn order(machine: &mut Machine, scope: usize) -> Vec<bool> {
    let mut reached = vec![false; machine.states.len()];
    let mut postorder = Vec::new();
    if let Some(first) = machine.scopes[scope].states.first() {
        // Edges are taken last to first, so that reverse postorder keeps the order of the source.
        let mut stack = vec![(*first, machine.states[*first].edges.len())];
        reached[*first] = true;
        while let Some((state, left)) = stack.pop() {
            if left == 0 {
                postorder.push(state);
                continue;
            }
            stack.push((state, left - 1));
            if let Some(to) = machine.states[state].edges[left - 1].to
                && !std::mem::replace(&mut reached[to], true)
            {
                stack.push((to, machine.states[to].edges.len()));
            }
        }
    }
    postorder.reverse();
    let behind: Vec<usize> = machine.scopes[scope]
        .states
        .iter()
        .copied()
        .filter(|state| !reached[*state])
        .collect();
    postorder.extend(behind);
    machine.scopes[scope].order = postorder;
    reached
}
