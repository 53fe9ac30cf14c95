//! Reports a state that neither continues with another state nor ends.

use crate::validate::rules::prelude::*;

use super::takes_next;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW028",
    name: "missing-next-or-end",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A state has neither `Next` nor `End`.",
    doc: "Every state except Choice, Succeed and Fail has either `Next` or `\"End\": true`.",
    source: source::STATES,
    check: neither_next_nor_end,
};

fn neither_next_nor_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, state) in definition.graph.states().iter().enumerate() {
        if !takes_next(state) {
            continue;
        }
        let ends = match state.object.get("End") {
            Some(Json::Bool(end)) => *end,
            // A wrong type is reported elsewhere.
            Some(_) => true,
            None => false,
        };
        if !state.object.contains_key("Next") && !ends {
            let message = "a state needs `\"Next\": \"...\"` or `\"End\": true`";
            let entry = report.add(&state.pointer, message).at_key();
            entry.choices(|| completed(definition, index));
        }
    }
}

/// Adds `End` or `Next`. The last state of a container probably ends it; any other state probably
/// continues with the state after it.
fn completed(definition: &Definition<'_>, index: usize) -> Vec<Fix> {
    let state = &definition.graph.states()[index];
    let states = &definition.graph.containers()[state.container].states;
    let pointer = state.pointer.key("End");
    let end = if state.object.contains_key("End") {
        Edit::replace(&pointer, true)
    } else {
        Edit::insert(&pointer, true)
    };
    let end = Fix::choice("add `\"End\": true`", [end]);
    let targets = state_fixes::targets(definition, state.container, Some(index));
    let next = targets.into_iter().map(|name| {
        let pointer = state.pointer.key("End");
        // `"End": false` becomes the `Next`.
        let edits = if state.object.contains_key("End") {
            vec![
                Edit::rename(&pointer, "Next"),
                Edit::replace(&pointer, name),
            ]
        } else {
            vec![Edit::insert(state.pointer.key("Next"), name)]
        };
        Fix::choice(format!("continue with `{name}`"), edits)
    });
    if states.last() == Some(&index) {
        std::iter::once(end).chain(next).collect()
    } else {
        next.chain([end]).collect()
    }
}
