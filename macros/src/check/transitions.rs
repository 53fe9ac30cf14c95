//! How states hand on.

use super::machine::Machine;
use crate::errors::Errors;
use crate::syntax::{Kind, State};

/// Runs the rules of this file. Gives, by scope, whether a transition is missing in it.
pub(super) fn rules(machine: &Machine, errors: &Errors) -> Vec<bool> {
    let mut missing = vec![false; machine.scopes.len()];
    for node in &machine.states {
        if node.state.broken {
            missing[node.scope] = true;
        }
        if hands_on(node.state) {
            missing[node.scope] |= !goes_somewhere(node.state, errors);
        } else {
            goes_nowhere(node.state, errors);
        }
    }
    missing
}

/// Whether a state of this kind needs a transition.
fn hands_on(state: &State) -> bool {
    matches!(
        state.kind,
        Kind::Task(_)
            | Kind::Pass(_)
            | Kind::Wait(..)
            | Kind::Parallel(_)
            | Kind::Map(_)
            | Kind::Include(_)
    )
}

/// A state ends in exactly one of `next X;` and `end value;`.
fn goes_somewhere(state: &State, errors: &Errors) -> bool {
    let name = &state.name;
    if let Some(second) = state.transitions.get(1) {
        errors.at(
            second.span(),
            format!("state `{name}` has two transitions: it ends in exactly one `next State;` or `end value;`"),
        );
    }
    if state.transitions.is_empty() {
        if !state.broken {
            errors.at(
                name.span(),
                format!("state `{name}` goes nowhere: add `next OtherState;` or `end value;`"),
            );
        }
        return false;
    }
    true
}

/// A choice goes where its arms go; a succeed and a fail are where things end.
fn goes_nowhere(state: &State, errors: &Errors) {
    let Some(transition) = state.transitions.first() else {
        return;
    };
    let name = &state.name;
    let message = match state.kind {
        Kind::Choice(_) => {
            format!("choice `{name}` goes where its arms go: write `otherwise => State;`")
        }
        Kind::Succeed(_) => format!(
            "`{name}` ends the workflow and has no transition; its value stands alone: `succeed {name} {{ value }}`"
        ),
        Kind::Exit(_) => format!(
            "`{name}` leaves the fragment and has no transition: whoever includes it says where it leads"
        ),
        Kind::Fail(_) => format!("`{name}` ends the workflow and has no transition"),
        _ => return,
    };
    errors.at(transition.span(), message);
}
