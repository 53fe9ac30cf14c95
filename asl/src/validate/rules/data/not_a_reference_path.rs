//! Reports a path that may select several values in a field that needs exactly one location.

use crate::intrinsic::Expression;
use crate::path::Root;
use crate::validate::rules::prelude::*;

use super::path_fixes;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW111",
    name: "not-a-reference-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A field that must be a reference path can select several values, or `ResultPath` does not begin with `$`.",
    doc: "A reference path has keys and indices only, such as `$.a.b[0]`. `ResultPath` names the field of the input that receives the result, so it cannot begin in the context object or at a variable.",
    source: source::PATHS,
    check: no_reference,
};

fn no_reference(definition: &Definition<'_>, report: &mut Report<'_>) {
    for path in &definition.paths {
        let Ok(Expression::Path(parsed)) = &path.parsed else {
            continue;
        };
        let message = match path.field {
            // These fields accept paths to several values.
            "InputPath" | "OutputPath" => continue,
            "ResultPath" if parsed.root != Root::Input => {
                "Value is not a Reference Path: `ResultPath` must name a field of the input and begin with `$.`"
            }
            "ResultPath" if !parsed.is_reference() => {
                "Value is not a Reference Path: it has only keys and indices, such as `$.a.b[0]`"
            }
            _ if !parsed.is_definite() => {
                "Value is not a Reference Path: it has only keys and indices, such as `$.a.b[0]`"
            }
            _ => continue,
        };
        report.add(&path.pointer, message).choices(|| {
            let is_result = path.field == "ResultPath";
            let text = if is_result {
                Some(path_fixes::result(path.text))
            } else {
                path_fixes::reference(path.text)
            };
            let text = text.map(|text| field_fixes::replace(&path.pointer, text));
            let part = &definition.parts[path.part];
            let removed = is_result.then(|| field_fixes::remove(part, path.field));
            text.into_iter().chain(removed)
        });
    }
}
