//! Reports a machine, branch or item processor without any state that could end it.

use crate::graph::Container;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW023",
    name: "missing-end-state",
    severity: Severity::Error,
    code: Some("MISSING_END_STATE"),
    known: Evidence::Measured,
    summary: "A container has no state that ends it.",
    doc: "A container ends at a Succeed or Fail state, or at a state with `\"End\": true`. AWS gives no location for this diagnostic. While a transition of the container is broken, only that fault is reported.",
    source: source::DIAGNOSTICS,
    check: no_end,
};

fn no_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        if container.states.is_empty()
            || definition.target_names.incomplete[index]
            || has_terminal(definition, container)
        {
            continue;
        }
        let message = "State Machine is missing a valid terminal state";
        report
            .add(&container.pointer, message)
            .service(ServiceText::NoTerminalState)
            .suggest(
                "give the last state `\"End\": true`, or add a Succeed or Fail state".to_owned(),
            )
            .choices(|| {
                let states = container.states.iter().rev();
                let ends = states.filter_map(|state| state_fixes::end_after(definition, *state));
                ends.take(state_fixes::OFFERED).collect::<Vec<_>>()
            });
    }
}

fn has_terminal(definition: &Definition<'_>, container: &Container<'_>) -> bool {
    let states = definition.graph.states();
    let mut own = container.states.iter();
    own.any(|state| states[*state].is_terminal())
}
