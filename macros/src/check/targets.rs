//! The targets of transitions.

use crate::errors::Errors;
use crate::machine::Machine;
use crate::suggest::did_you_mean;

/// The target of a transition is a state of the same scope: the top level, a branch or the body of
/// a map.
///
/// Sets [`Edge::to`](crate::machine::Edge). Returns, by scope, whether a transition of the scope
/// has no known target, so that states that seem unreachable may be reachable.
pub(super) fn resolve(machine: &mut Machine, errors: &Errors) -> Vec<bool> {
    let mut unresolved = vec![false; machine.scopes.len()];
    for state in 0..machine.states.len() {
        let scope = machine.states[state].scope;
        for edge in 0..machine.states[state].edges.len() {
            let ident = &machine.states[state].edges[edge].name;
            let name = crate::name::text(ident);
            // If several states have this name, prefer the one in this scope.
            let here = machine.scopes[scope]
                .states
                .iter()
                .find(|state| machine.states[**state].name == name);
            match here.or_else(|| machine.by_name.get(&name)) {
                Some(found) if machine.states[*found].scope == scope => {
                    let found = *found;
                    machine.states[state].edges[edge].to = Some(found);
                }
                Some(found) => {
                    unresolved[scope] = true;
                    // The intended target may seem unreachable as well.
                    unresolved[machine.states[*found].scope] = true;
                    errors.at(ident.span(), other_body_message(machine, scope, *found));
                }
                None => {
                    unresolved[scope] = true;
                    let names = machine.scopes[scope]
                        .states
                        .iter()
                        .map(|state| machine.states[*state].name.as_str());
                    let close = did_you_mean(&name, names);
                    let body = match machine.scopes[scope].owner {
                        None => format!("in this {}", machine.workflow.what()),
                        Some(owner) => format!("in this body of `{}`", machine.states[owner].name),
                    };
                    if machine.scopes[scope].broken && close.is_empty() {
                        // The target may be the state with the syntax error.
                        continue;
                    }
                    errors.at(
                        ident.span(),
                        format!("no state named `{name}` {body}{close}"),
                    );
                }
            }
        }
    }
    unresolved
}

/// Returns the message about a transition to a state of another body.
fn other_body_message(machine: &Machine, from: usize, found: usize) -> String {
    let name = &machine.states[found].name;
    let inside = machine.states[found].scope;
    let goes_out = machine
        .scopes_around(from)
        .skip(1)
        .any(|scope| scope == inside);
    match (machine.scopes[from].owner, machine.scopes[inside].owner) {
        (Some(owner), _) if goes_out => format!(
            "`{name}` is outside of this body of `{}`: a transition cannot leave it; finish it with `end value;` and \
             continue from `{}`",
            machine.states[owner].name, machine.states[owner].name
        ),
        (_, Some(owner)) => format!(
            "`{name}` is inside of `{}`: a transition cannot go into it; go to `{}`",
            machine.states[owner].name, machine.states[owner].name
        ),
        (_, None) => format!("`{name}` cannot be reached from here"),
    }
}
