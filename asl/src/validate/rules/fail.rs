//! Fail states.

use crate::finding::Severity;
use crate::intrinsic::Expression;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA};

pub(super) const TWICE: Rule = Rule {
    id: "SW090",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A Fail has a field and its `Path` form, or `InputPath` or `OutputPath`.",
    check: twice,
};

fn twice(definition: &Definition<'_>, report: &mut Report<'_>) {
    for fail in definition.parts.iter().filter(|part| part.is("Fail")) {
        for (value, path) in [("Error", "ErrorPath"), ("Cause", "CausePath")] {
            if fail.has(value) && fail.has(path) {
                let message = format!("a Fail has either `{value}` or `{path}`, not both");
                report.add(fail.at(path), message).at_key();
            }
        }
        for field in ["InputPath", "OutputPath"] {
            if fail.has(field) {
                report
                    .add(fail.at(field), format!("Field '{field}' is not supported"))
                    .at_key();
            }
        }
    }
}

pub(super) const NO_STRING: Rule = Rule {
    id: "SW091",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "The intrinsic function in `ErrorPath` or `CausePath` never gives a string.",
    check: no_string,
};

fn no_string(definition: &Definition<'_>, report: &mut Report<'_>) {
    for path in &definition.paths {
        let Ok(Expression::Call(call)) = &path.parsed else {
            continue;
        };
        if !call.function.may_give_string() {
            let message = format!(
                "`{}` needs a string, and `{}` gives none",
                path.field, call.function
            );
            report.add(path.pointer.as_str(), message);
        }
    }
}
