//! Reports a state that never runs, because neither `StartAt` nor a transition names it.

use crate::validate::rules::prelude::*;

use super::{reached_from, removal};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW021",
    name: "unreachable-state",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Measured,
    summary: "A state is named neither by `StartAt` nor by a transition.",
    doc: "AWS checks whether anything in the container names the state, not whether it is reachable from `StartAt`; SW022 checks that. Usually a transition is missing, or the state is no longer used.",
    source: source::DIAGNOSTICS,
    check: unreachable,
};

/// AWS checks whether any transition names the state, not whether the state is reachable from
/// `StartAt`.
fn unreachable(definition: &Definition<'_>, report: &mut Report<'_>) {
    for index in unnamed(definition) {
        let state = &definition.graph.states()[index];
        let message = format!("State \"{}\" is not reachable.", state.name);
        let container = &definition.graph.containers()[state.container];
        report
            .add(&state.pointer, message)
            .at_key()
            .fix(removal(container, state))
            .choices(|| reached_from(definition, index));
    }
}

/// The states that no transition names, in containers without broken transitions.
fn unnamed(definition: &Definition<'_>) -> impl Iterator<Item = usize> {
    let target_names = &definition.target_names;
    let states = definition.graph.states().iter().enumerate();
    states
        .filter(|(index, state)| {
            !target_names.named[*index] && !target_names.incomplete[state.container]
        })
        .map(|(index, _)| index)
}
