use crate::validate::rules::fields::required_list;
use crate::validate::rules::prelude::*;

use super::{is_outer, rules};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW070",
    name: "incomplete-choices",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`Choices` is missing or empty, or a rule has no `Next`.",
    doc: "Rules are tried in order; the `Next` of the first rule that matches names the next state.",
    source: source::CHOICE,
    check: empty_or_without_next,
};

fn empty_or_without_next(definition: &Definition<'_>, report: &mut Report<'_>) {
    for choice in definition.parts_of("Choice") {
        required_list(choice, "Choices", report);
    }
    for rule in rules(definition) {
        if is_outer(rule) && !rule.has("Next") {
            let message = "These fields are required: [Next]";
            report.add(&rule.pointer, message);
        }
    }
}
