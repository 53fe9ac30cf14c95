//! Reports a state that both continues with another state and ends.

use crate::graph::EdgeKind;
use crate::validate::rules::prelude::*;

use super::{end, takes_next};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW027",
    name: "next-with-end",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A state has both `Next` and `End`.",
    doc: "`End` ends the container; `Next` names the next state.",
    source: source::STATES,
    check: next_and_end,
};

fn next_and_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, state) in definition.graph.states().iter().enumerate() {
        if !takes_next(state) {
            continue;
        }
        if state.object.contains_key("Next") && end(state) == Some(true) {
            let message = "a state has either `Next` or `End`, not both";
            // A state that was once the last one often keeps its `End`, but only the author knows.
            let fix = Fix::risky("remove `End`", Edit::remove(state.pointer.key("End")));
            report
                .add(&state.pointer, message)
                .service(ServiceText::OnlyOneOf(Box::new(["Next", "End"])))
                .at_value(&state.pointer.key("End"))
                .fix(Some(fix))
                .choices(|| {
                    // The next state may become unreachable.
                    let edge = state
                        .edges
                        .iter()
                        .position(|edge| edge.kind == EdgeKind::Next);
                    let target = edge.and_then(|edge| definition.flow.targets[index][edge]);
                    let is_free = target.is_none_or(|target| {
                        state_fixes::is_named_elsewhere(definition, target, index)
                    });
                    let edit = Edit::remove(state.pointer.key("Next"));
                    is_free.then(|| Fix::choice("remove `Next`", [edit]))
                });
        }
    }
}
