use crate::validate::definition::PathText;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW110",
    name: "invalid-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A field that must be a path is not a valid path.",
    doc: "A path begins with `$`, `$$` for the context object, or `$name` for a variable.",
    source: source::PATHS,
    check: no_path,
};

/// AWS's text: only `InputPath` and `OutputPath` take paths to several values.
fn service_text(path: &PathText<'_>) -> ServiceText {
    match path.field {
        "InputPath" | "OutputPath" => ServiceText::InvalidPath,
        _ if path.text.starts_with('$') => ServiceText::InvalidReferencePath,
        _ => ServiceText::ReferenceWithoutDollar,
    }
}

fn no_path(definition: &Definition<'_>, report: &mut Report<'_>) {
    for path in &definition.paths {
        let Err(error) = &path.parsed else { continue };
        if is_substitution(path.text) {
            continue;
        }
        let message = format!("Value is not a valid path: {error}");
        report
            .add(&path.pointer, message)
            .service(service_text(path))
            .suggest(error.suggestion());
    }
}
