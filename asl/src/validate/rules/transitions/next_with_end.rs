use crate::validate::rules::prelude::*;

use super::{continuing, end};

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
    for state in continuing(definition) {
        if state.object.contains_key("Next") && end(state) == Some(true) {
            let message = "a state has either `Next` or `End`, not both";
            // A state that was once the last one often keeps its `End`, but only the author knows.
            let fix = Fix::risky("remove `End`", Edit::remove(state.pointer.key("End")));
            report
                .add(&state.pointer, message)
                .service(ServiceText::OnlyOneOf(Box::new(["Next", "End"])))
                .at_value(&state.pointer.key("End"))
                .fix(Some(fix));
        }
    }
}
