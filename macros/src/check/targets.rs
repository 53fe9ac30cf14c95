//! Where transitions lead.

use crate::errors::Errors;
use crate::machine::Machine;
use crate::suggest::did_you_mean;

/// A transition names a state of its own body: one that exists, and that is not inside or outside of it.
///
/// Fills in [`Edge::to`](crate::machine::Edge). Gives, by scope, whether a transition of it leads nowhere, so that states that
/// seem unreachable may not be.
pub(super) fn resolve(machine: &mut Machine, errors: &Errors) -> Vec<bool> {
    let mut unresolved = vec![false; machine.scopes.len()];
    for state in 0..machine.states.len() {
        let scope = machine.states[state].scope;
        for edge in 0..machine.states[state].edges.len() {
            let ident = &machine.states[state].edges[edge].name;
            let name = crate::name::text(ident);
            // Of two states with this name, the one that can be meant.
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
                    // What the transition was meant for may seem unreachable as well.
                    unresolved[machine.states[*found].scope] = true;
                    errors.at(ident.span(), leaves(machine, scope, *found));
                }
                None => {
                    unresolved[scope] = true;
                    let names = machine.scopes[scope]
                        .states
                        .iter()
                        .map(|state| machine.states[*state].name.as_str());
                    let close = did_you_mean(&name, names);
                    let place = match machine.scopes[scope].owner {
                        None => format!("in this {}", machine.workflow.what()),
                        Some(owner) => format!("in this body of `{}`", machine.states[owner].name),
                    };
                    if machine.scopes[scope].broken && close.is_empty() {
                        // The state may be the one that could not be read.
                        continue;
                    }
                    errors.at(
                        ident.span(),
                        format!("no state named `{name}` {place}{close}"),
                    );
                }
            }
        }
    }
    unresolved
}

/// What to say of a transition to a state of another body.
fn leaves(machine: &Machine, from: usize, found: usize) -> String {
    let name = &machine.states[found].name;
    let inside = machine.states[found].scope;
    let goes_out = machine
        .scopes_around(from)
        .skip(1)
        .any(|scope| scope == inside);
    match (machine.scopes[from].owner, machine.scopes[inside].owner) {
        (Some(owner), _) if goes_out => format!(
            "`{name}` is outside of this body of `{}`: a transition cannot leave it; finish it with `end value;` and \
             go on from `{}`",
            machine.states[owner].name, machine.states[owner].name
        ),
        (_, Some(owner)) => format!(
            "`{name}` is inside of `{}`: a transition cannot go into it; go to `{}`",
            machine.states[owner].name, machine.states[owner].name
        ),
        (_, None) => format!("`{name}` cannot be reached from here"),
    }
}
