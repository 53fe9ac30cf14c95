//! Targets of transitions.

use std::collections::HashSet;

use crate::graph::EdgeKind;
use crate::service_text::ServiceText;
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::flow::has_state;
use crate::validate::report::Report;
use crate::validate::rules::proposals;

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
    for (state, targets) in states.iter().zip(&definition.flow.targets) {
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
                entry.suggest(format!(
                    "`{}` is in another container; a transition cannot leave or enter a branch or Map",
                    edge.target
                ));
            } else {
                entry
                    .meant(edge.target, names(definition, state.container))
                    .fix_meant(|meant| {
                        let fix = proposals::replace(&edge.pointer, edge.target, meant);
                        // A state that would lead to itself is hardly meant.
                        (meant != state.name).then_some(fix)
                    });
            }
        }
    }
}
