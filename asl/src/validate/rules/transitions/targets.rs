//! Targets of transitions.

use std::collections::HashSet;

use crate::fix::Fix;
use crate::graph::{Edge, EdgeKind};
use crate::json;
use crate::name::check_state;
use crate::service_text::ServiceText;
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::flow::has_state;
use crate::validate::report::Report;
use crate::validate::rules::{field_fixes, proposals, state_fixes};

/// The names of a container's states.
pub(super) fn names<'d>(
    definition: &'d Definition<'_>,
    container: usize,
) -> impl Iterator<Item = &'d str> {
    let container = &definition.graph.containers()[container];
    let states = definition.graph.states();
    container.states.iter().map(|state| states[*state].name)
}

/// Reports each transition to a state that is not in its container: those to a state of another
/// container, or those to no state at all.
pub(super) fn targets(definition: &Definition<'_>, report: &mut Report<'_>, elsewhere: bool) {
    let mut all: Option<HashSet<&str>> = None;
    let states = definition.graph.states();
    for (index, (state, targets)) in states.iter().zip(&definition.flow.targets).enumerate() {
        let container = &definition.graph.containers()[state.container];
        for (edge, target) in state.edges.iter().zip(targets) {
            let may_be_there =
                is_substitution(edge.target) || definition.target_names.open[state.container];
            if target.is_some() || may_be_there || has_state(container, edge.target) {
                continue;
            }
            let all = all.get_or_insert_with(|| states.iter().map(|state| state.name).collect());
            if all.contains(edge.target) != elsewhere {
                continue;
            }
            let field = match edge.kind {
                EdgeKind::Default => "Default",
                EdgeKind::Next | EdgeKind::Choice(_) | EdgeKind::Catch(_) => "Next",
            };
            let message = format!("Missing '{field}' target: {}", edge.target);
            let entry = report
                .add(&edge.pointer, message)
                .service(ServiceText::MissingTarget(edge.target.into()));
            if elsewhere {
                entry
                    .suggest(format!(
                        "`{}` is in another container; a transition cannot leave or enter a branch or Map",
                        edge.target
                    ))
                    .choices(|| retargeted(definition, index, edge));
            } else {
                entry
                    .meant(edge.target, names(definition, state.container))
                    .fix_meant(|meant| {
                        let fix = proposals::replace(&edge.pointer, edge.target, meant);
                        // A state that would lead to itself is hardly meant.
                        (meant != state.name).then_some(fix)
                    })
                    .choices(|| {
                        let named = |state: &&usize| definition.target_names.named[**state];
                        let next = container.states.iter().find(|state| !named(state));
                        // The new state leads to a state that no transition names.
                        let last = match next.filter(|next| **next != index) {
                            Some(next) => json!({"Type": "Pass", "Next": states[*next].name}),
                            None => json!({"Type": "Pass", "End": true}),
                        };
                        let edit = state_fixes::add_state(container, edge.target, last);
                        let title = format!("add a state `{}`", edge.target);
                        let mut fixes = retargeted(definition, index, edge);
                        let is_name = check_state(edge.target).is_ok();
                        fixes.extend(is_name.then(|| Fix::choice(title, [edit])));
                        fixes
                    });
            }
        }
    }
}

/// Leads a transition to another state of the container, or ends the container instead.
fn retargeted(definition: &Definition<'_>, from: usize, edge: &Edge<'_>) -> Vec<Fix> {
    let container = definition.graph.states()[from].container;
    let targets = state_fixes::targets(definition, container, Some(from));
    let targets = targets
        .into_iter()
        .map(|name| field_fixes::replace(&edge.pointer, name));
    // A state that no transition names is probably the next one.
    let states = &definition.graph.containers()[container].states;
    let all_named = states
        .iter()
        .all(|state| definition.target_names.named[*state]);
    let end = (edge.kind == EdgeKind::Next && all_named)
        .then(|| state_fixes::end_after(definition, from))
        .flatten();
    targets.chain(end).collect()
}
