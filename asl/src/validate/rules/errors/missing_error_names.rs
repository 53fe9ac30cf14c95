//! Reports a retrier or catcher that does not list the names of errors in `ErrorEquals`.

use crate::validate::rules::prelude::*;

use super::{handlers, name_pointer, remove_handler, remove_name, usual_names};

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
            report.add(&handler.pointer, message).choices(|| {
                let names = usual_names(definition, handler).into_iter();
                names.map(|name| field_fixes::add(handler, "ErrorEquals", [name]))
            });
            continue;
        }
        let Some(names) = handler.items("ErrorEquals") else {
            continue;
        };
        if names.is_empty() {
            let entry = report.add(handler.at("ErrorEquals"), "Value cannot be empty");
            entry.choices(|| {
                let names = usual_names(definition, handler).into_iter();
                let names = names.map(|name| field_fixes::set(handler, "ErrorEquals", [name]));
                names.chain(remove_handler(definition, handler))
            });
        }
        for (index, name) in names.iter().enumerate() {
            if name.as_str().is_none() {
                let message = format!("expected a string, found {}", name.noun());
                report
                    .add(name_pointer(handler, index), message)
                    .service(ServiceText::WrongType("String"))
                    .choices(|| {
                        let text = name.as_number().map(|number| number.to_string());
                        let pointer = name_pointer(handler, index);
                        let quoted = text.map(|text| field_fixes::replace(pointer, text));
                        quoted
                            .into_iter()
                            .chain(remove_name(definition, handler, index))
                    });
            }
        }
    }
}
