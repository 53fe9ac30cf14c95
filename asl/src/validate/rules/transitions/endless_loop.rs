//! Reports a loop that has no exit and does not pause.

use crate::graph::EdgeKind;
use crate::validate::rules::prelude::*;

use super::cycles::{endless_cycles, waits};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW024",
    name: "endless-loop",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "States form an endless loop, and none of them waits.",
    doc: "The container has a state that ends it, but that state is not reachable from the loop. The loop runs without a pause until the history is full (25,000 events), the execution times out, or it is stopped. A loop with a Wait, or with a task that waits for a job, a callback or an activity, is not reported here; see SW141.",
    source: source::STATES,
    check: endless,
};

fn endless(definition: &Definition<'_>, report: &mut Report<'_>) {
    for cycle in endless_cycles(definition) {
        if cycle.iter().any(|state| waits(definition, *state)) {
            continue;
        }
        let state = &definition.graph.states()[cycle[0]];
        let message = if cycle.len() == 1 {
            format!(
                "state `{}` leads to itself forever, without a pause",
                state.name
            )
        } else {
            format!(
                "state `{}` and {} more form an endless loop without a pause",
                state.name,
                cycle.len() - 1
            )
        };
        report
            .add(&state.pointer, message)
            .at_key()
            .suggest("add a transition out of the loop, or a Wait inside it".to_owned())
            .choices(|| exits(definition, &cycle));
    }
}

/// Ends the container inside the loop, or adds a Wait to it.
fn exits(definition: &Definition<'_>, cycle: &[usize]) -> Vec<Fix> {
    let ends = cycle.iter().rev();
    let ends = ends.filter_map(|state| state_fixes::end_after(definition, *state));
    let mut fixes: Vec<Fix> = ends.take(1).collect();
    let states = definition.graph.states();
    let container = &definition.graph.containers()[states[cycle[0]].container];
    let into = |state: &usize| {
        let edge = states[*state].edges.first()?;
        (edge.kind == EdgeKind::Next && edge.target == states[cycle[0]].name).then_some(edge)
    };
    if let Some(edge) = cycle.iter().rev().find_map(into) {
        let name = state_fixes::fresh_name(definition, &format!("Wait before {}", edge.target));
        let wait = json!({"Type": "Wait", "Seconds": 60, "Next": edge.target});
        let edits = [
            Edit::replace(&edge.pointer, name.as_str()),
            state_fixes::add_state(container, &name, wait),
        ];
        fixes.push(Fix::choice(
            format!("wait a minute before `{}`", edge.target),
            edits,
        ));
    }
    fixes
}
