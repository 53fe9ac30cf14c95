//! Fail states.

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::fix::{Fix, Safety};
use crate::intrinsic::Expression;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

pub(super) const TWICE: Rule = Rule {
    id: "SW090",
    name: "conflicting-fail-fields",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Fail has both a field and its `Path` form, or has `InputPath` or `OutputPath`.",
    doc: "The error and the cause are each given as a string or as a path, not both. A Fail has no output, so it has no fields that shape one.",
    source: source::FAIL,
    check: twice,
};

fn twice(definition: &Definition<'_>, report: &mut Report<'_>) {
    for fail in definition.parts_of("Fail") {
        for (value, path) in [("Error", "ErrorPath"), ("Cause", "CausePath")] {
            if fail.has(value) && fail.has(path) {
                let message = format!("a Fail has either `{value}` or `{path}`, not both");
                report.add(fail.at(path), message).at_key();
            }
        }
        for field in ["InputPath", "OutputPath"] {
            if fail.has(field) {
                // `InputPath` may be meant for the paths of the error.
                let safety = if fail.has("ErrorPath") || fail.has("CausePath") {
                    Safety::Unsafe
                } else {
                    Safety::Safe
                };
                let edit = Edit::remove(fail.at(field));
                let fix = Fix::new(safety, format!("remove `{field}`"), edit);
                report
                    .add(fail.at(field), format!("Field '{field}' is not supported"))
                    .at_key()
                    .fix(Some(fix));
            }
        }
    }
}

pub(super) const NO_STRING: Rule = Rule {
    id: "SW091",
    name: "fail-path-without-string",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "The intrinsic function in `ErrorPath` or `CausePath` never returns a string.",
    doc: "An error and a cause are strings. The functions that can return one are `States.Format`, `States.JsonToString`, `States.ArrayGetItem`, `States.Base64Encode`, `States.Base64Decode`, `States.Hash` and `States.UUID`.",
    source: source::FAIL,
    check: no_string,
};

fn no_string(definition: &Definition<'_>, report: &mut Report<'_>) {
    for path in &definition.paths {
        let Ok(Expression::Call(call)) = &path.parsed else {
            continue;
        };
        if !call.function.may_give_string() {
            let message = format!(
                "`{}` needs a string, but `{}` does not return one",
                path.field, call.function
            );
            report.add(&path.pointer, message);
        }
    }
}
