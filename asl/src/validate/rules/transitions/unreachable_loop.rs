//! Reports a group of states that lead to each other, but that the execution never reaches.

use indexmap::IndexMap;

use crate::validate::rules::prelude::*;
use crate::words::first_of;

use super::{reached_from, removal};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW022",
    name: "unreachable-loop",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A transition names a state that is not reachable from `StartAt`.",
    doc: "States that lead only to each other, or a state that leads to itself, pass AWS's check (SW021) and never run. The diagnostic is about the first state of such a group; states that are reachable only from the group are not reported.",
    source: source::DIAGNOSTICS,
    check: island,
};

fn island(definition: &Definition<'_>, report: &mut Report<'_>) {
    let (flow, states) = (&definition.flow, definition.graph.states());
    let target_names = &definition.target_names;
    if flow.reached.iter().all(|reached| *reached) {
        return;
    }
    // States that are only reachable from an unnamed state are not reported: the unnamed state is
    // the fault.
    let roots =
        (0..states.len()).filter(|state| flow.reached[*state] || !target_names.named[*state]);
    let explained = flow.walk(roots);
    let mut groups: IndexMap<usize, Vec<usize>> = IndexMap::new();
    for (index, state) in states.iter().enumerate() {
        if !explained[index] && !target_names.incomplete[state.container] {
            groups.entry(flow.cycle[index]).or_default().push(index);
        }
    }
    for (cycle, members) in &groups {
        let mut sources = members.iter().flat_map(|member| &flow.sources[*member]);
        if sources.any(|source| flow.cycle[*source] != *cycle) {
            continue;
        }
        let state = &states[members[0]];
        let others: Vec<String> = members[1..]
            .iter()
            .map(|member| format!("`{}`", states[*member].name))
            .collect();
        let from = if others.is_empty() {
            "itself".to_owned()
        } else {
            first_of(&others, 3)
        };
        let message = format!(
            "state `{}` is never reached: it is reachable only from {from}, not from `StartAt`",
            state.name
        );
        // The states of a larger group may be meant to be reached.
        let container = &definition.graph.containers()[state.container];
        let fix = removal(container, state).filter(|_| members.len() == 1);
        report
            .add(&state.pointer, message)
            .at_key()
            .fix(fix)
            .choices(|| {
                let removed = all_removed(definition, state.container);
                removed
                    .into_iter()
                    .chain(reached_from(definition, members[0]))
            });
    }
}

/// Removes all states of a container that are never reached, if they are few.
fn all_removed(definition: &Definition<'_>, container: usize) -> Option<Fix> {
    const MOST: usize = 50;
    let states = &definition.graph.containers()[container].states;
    let unreached = states
        .iter()
        .filter(|state| !definition.flow.reached[**state]);
    let unreached: Vec<usize> = unreached.copied().collect();
    let count = unreached.len();
    if !(2..=MOST).contains(&count) || count == states.len() {
        return None;
    }
    let states = definition.graph.states();
    let edits = unreached
        .iter()
        .map(|state| Edit::remove(&states[*state].pointer));
    let edits: Vec<Edit> = edits.collect();
    Some(Fix::choice(
        format!("remove the {count} states that are never reached"),
        edits,
    ))
}
