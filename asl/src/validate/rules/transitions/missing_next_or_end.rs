use crate::validate::rules::prelude::*;

use super::continuing;

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
    for state in continuing(definition) {
        let ends = match state.object.get("End") {
            Some(Json::Bool(end)) => *end,
            // A wrong type is reported elsewhere.
            Some(_) => true,
            None => false,
        };
        if !state.object.contains_key("Next") && !ends {
            let message = "a state needs `\"Next\": \"...\"` or `\"End\": true`";
            report.add(&state.pointer, message).at_key();
        }
    }
}
