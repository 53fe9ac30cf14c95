//! Reports a Wait state that does not set how long it waits, or sets it more than once.

use crate::validate::rules::prelude::*;

use super::waits;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW080",
    name: "not-one-wait-field",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Wait does not have exactly one of `Seconds`, `SecondsPath`, `Timestamp` and `TimestampPath`.",
    doc: "A Wait waits for a duration or until a point in time, given literally or by a path.",
    source: source::WAIT,
    check: one_field,
};

fn one_field(definition: &Definition<'_>, report: &mut Report<'_>) {
    for wait in waits(definition) {
        let fields = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
        let given: Vec<&str> = fields.into_iter().filter(|field| wait.has(field)).collect();
        let message = match given.as_slice() {
            [_] => continue,
            [] => format!("a Wait needs one of these fields: [{}]", fields.join(", ")),
            several => format!(
                "a Wait must have only one of these fields: [{}]",
                several.join(", ")
            ),
        };
        let entry = report.add(&wait.pointer, message).at_key();
        let entry = entry.choices(|| match given.as_slice() {
            [] => vec![field_fixes::add(wait, "Seconds", 60)],
            [one, other] => field_fixes::either(wait, one, other).into(),
            several => several
                .iter()
                .map(|field| field_fixes::only(wait, field, several))
                .collect(),
        });
        if !given.is_empty() {
            entry.service(ServiceText::OnlyOneOf(given.into()));
        }
    }
}
