//! Reports `Next` and `Assign` in a choice rule that is inside another rule.

use crate::validate::rules::prelude::*;

use super::{is_outer, rules};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW072",
    name: "next-in-inner-rule",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A rule inside `And`, `Or` or `Not` has `Next`, or has `Assign`, which is a warning.",
    doc: "Only the outermost rule, which is directly in `Choices`, has `Next` and `Assign`.",
    source: source::CHOICE,
    check: next_inside,
};

fn next_inside(definition: &Definition<'_>, report: &mut Report<'_>) {
    for rule in rules(definition) {
        if !is_outer(rule) && rule.has("Next") {
            report
                .add(rule.at("Next"), "Field 'Next' is not supported")
                .service_at(
                    ServiceText::UnsupportedField("Next".into()),
                    ServiceLocation::Parent,
                )
                .at_key()
                .suggest("only the outermost rule has `Next`".to_owned())
                .choices(|| [field_fixes::remove(rule, "Next")]);
        }
        if !is_outer(rule) && rule.has("Assign") && rule.language == QueryLanguage::JsonPath {
            report
                .add(rule.at("Assign"), "only the outermost rule has `Assign`")
                .at_key()
                .warn()
                .choices(|| [field_fixes::remove(rule, "Assign")]);
        }
    }
}
