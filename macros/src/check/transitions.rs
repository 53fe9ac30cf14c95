//! The transition that each state needs.

use crate::errors::Errors;
use crate::machine::Machine;

/// Each state that needs a transition has a `next` or an `end`. Returns, by scope, whether a state
/// lacks one.
pub(super) fn rules(machine: &Machine, errors: &Errors) -> Vec<bool> {
    let mut missing = vec![false; machine.scopes.len()];
    for node in &machine.states {
        let state = &node.state;
        if state.broken {
            missing[node.scope] = true;
        }
        if !state.kind.hands_on() || state.exit.is_some() {
            continue;
        }
        missing[node.scope] = true;
        if !state.broken {
            let name = &state.name;
            errors.at(
                name.span(),
                format!("state `{name}` goes nowhere: add `next OtherState;` or `end value;`"),
            );
        }
    }
    missing
}
