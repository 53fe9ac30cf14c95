//! Reports two fields of a Fail state that exclude each other, and fields that it cannot have.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
                report
                    .add(fail.at(path), message)
                    .service_at(
                        ServiceText::OnlyOneOf(Box::new([value, path])),
                        ServiceLocation::Parent,
                    )
                    .at_key()
                    .choices(|| field_fixes::either(fail, value, path));
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
                    .service_at(
                        ServiceText::UnsupportedField(field.into()),
                        ServiceLocation::Parent,
                    )
                    .at_key()
                    .fix(Some(fix));
            }
        }
    }
}
