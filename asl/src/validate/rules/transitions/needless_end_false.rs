//! Reports `"End": false` on a state that already has a `Next`.

use crate::validate::rules::prelude::*;

use super::{continuing, end};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW029",
    name: "needless-end-false",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "`\"End\": false` next to a `Next` has no effect.",
    doc: "AWS accepts it. Remove the field.",
    source: source::STATES,
    check: end_false,
};

fn end_false(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in continuing(definition) {
        if state.object.contains_key("Next") && end(state) == Some(false) {
            let pointer = state.pointer.key("End");
            let fix = Fix::safe("remove `End`", Edit::remove(&pointer));
            report
                .add(pointer, "`\"End\": false` has no effect; remove it")
                .fix(Some(fix));
        }
    }
}
