//! Reports a definition without content, and offers a machine with one state.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW002",
    name: "empty-definition",
    severity: Severity::Error,
    code: Some("MISSING_DESCRIPTION"),
    known: Evidence::Documented,
    summary: "The definition is empty or `null`.",
    doc: "There is nothing to check: a machine needs `StartAt` and `States`.",
    source: source::DIAGNOSTICS,
    check: empty,
};

fn empty(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.document.json().is_null() {
        let message = "the definition is empty; it needs `StartAt` and `States`";
        report.add(Pointer::ROOT, message).choices(|| {
            let title = "write a machine with one state";
            let machine = state_fixes::container("Start");
            [Fix::choice(title, [Edit::replace("", machine)])]
        });
    }
}
