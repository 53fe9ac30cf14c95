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
            .suggest("add a transition out of the loop, or a Wait inside it".to_owned());
    }
}
