use crate::validate::rules::prelude::*;

use super::{handlers, name_pointer};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW050",
    name: "missing-error-names",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`ErrorEquals` is missing or empty, or contains a value that is not a string.",
    doc: "A retrier or catcher without names would match nothing.",
    source: source::ERRORS,
    check: error_equals,
};

fn error_equals(definition: &Definition<'_>, report: &mut Report<'_>) {
    for handler in handlers(definition) {
        if !handler.has("ErrorEquals") {
            let message = "These fields are required: [ErrorEquals]";
            report.add(&handler.pointer, message);
            continue;
        }
        let Some(names) = handler.items("ErrorEquals") else {
            continue;
        };
        if names.is_empty() {
            report.add(handler.at("ErrorEquals"), "Value cannot be empty");
        }
        for (index, name) in names.iter().enumerate() {
            if name.as_str().is_none() {
                let message = format!("expected a string, found {}", name.noun());
                report
                    .add(name_pointer(handler, index), message)
                    .service(ServiceText::WrongType("String"));
            }
        }
    }
}
