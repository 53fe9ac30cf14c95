//! Whether a body comes to an end.

use super::fault;
use crate::flow::{FlowStateKind, Otherwise, State, Transition};
use crate::workflow::Fault;
use std::collections::HashSet;

/// From every state that is reached some way leads to an end; else an execution that gets there runs until AWS stops it.
pub(super) fn rules(states: &[State], faults: &mut Vec<Fault>) {
    let mut ends: HashSet<&str> = HashSet::new();
    loop {
        let size = ends.len();
        for state in states {
            let goes = state.targets().iter().any(|target| ends.contains(target));
            if is_an_end(state) || goes {
                ends.insert(&state.name);
            }
        }
        if ends.len() == size {
            break;
        }
    }
    let mut reached: HashSet<&str> = HashSet::new();
    let mut open: Vec<&State> = states.first().into_iter().collect();
    while let Some(state) = open.pop() {
        if reached.insert(&state.name) {
            let targets = state.targets();
            open.extend(
                states
                    .iter()
                    .filter(|other| targets.contains(&&*other.name)),
            );
        }
    }
    let is_stuck = |state: &&State| reached.contains(&*state.name) && !ends.contains(&*state.name);
    if let Some(stuck) = states.iter().find(is_stuck) {
        let message = "nothing that follows it ever ends: let some way lead to an `.end()`, a `succeed` or a `fail`";
        faults.push(fault(stuck, message));
    }
}

/// Whether an execution can stop at a state.
fn is_an_end(state: &State) -> bool {
    match &state.kind {
        FlowStateKind::Succeed | FlowStateKind::Fail { .. } => true,
        FlowStateKind::Choice { otherwise, .. } => matches!(otherwise, Otherwise::Fail),
        _ => !matches!(state.transition, Some(Transition::Next(_))),
    }
}
