//! Reports a syntax error in a field that takes a JSONPath, and blanks after the path.

use crate::intrinsic::Expression;
use crate::path::{Path, Root, without_trailing_blanks};
use crate::validate::definition::PathText;
use crate::validate::rules::prelude::*;

use super::path_fixes;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW110",
    name: "invalid-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A field that must be a path is not a valid path; a warning for blanks behind a path.",
    doc: "A path begins with `$`, `$$` for the context object, or `$name` for a variable. AWS ignores blanks behind a path.",
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
    for binding in &definition.bindings {
        if let (Some(text), Some(Ok(Expression::Path(_)))) = (binding.text, &binding.parsed) {
            report_blanks(&binding.object.key(binding.key), text, report);
        }
    }
    for path in &definition.paths {
        let error = match &path.parsed {
            Ok(_) => {
                report_blanks(&path.pointer, path.text, report);
                continue;
            }
            Err(error) => error,
        };
        if is_substitution(path.text) {
            continue;
        }
        let message = format!("Value is not a valid path: {error}");
        report
            .add(&path.pointer, message)
            .service(service_text(path))
            .suggest(error.suggestion())
            .choices(|| {
                let part = &definition.parts[path.part];
                let mut texts = path_fixes::candidates(path.text);
                texts.retain(|text| fits(path.field, text));
                texts.truncate(1);
                if let ("Variable", true) = (path.field, texts.is_empty()) {
                    texts.push("$.value".to_owned());
                }
                let whole = ["InputPath", "OutputPath", "ItemsPath"].contains(&path.field);
                texts.extend(whole.then(|| "$".to_owned()));
                let texts = texts.into_iter();
                let mut fixes: Vec<Fix> = texts
                    .map(|text| field_fixes::replace(&path.pointer, text))
                    .collect();
                if whole || path.field == "ResultPath" {
                    fixes.push(field_fixes::remove(part, path.field));
                }
                fixes
            });
    }
}

fn report_blanks(pointer: &Pointer<'_>, path: &str, report: &mut Report<'_>) {
    let shorter = without_trailing_blanks(path);
    if shorter.len() < path.len() {
        let edit = Edit::replace(pointer, shorter);
        report
            .add(pointer, "blanks follow the path, which AWS ignores")
            .warn()
            .suggest(format!("write `{shorter}`"))
            .fix(Some(Fix::safe("remove the blanks", edit)));
    }
}

/// Whether a path selects as few values as its field requires.
fn fits(field: &str, text: &str) -> bool {
    let Ok(path) = Path::parse(text) else {
        return false;
    };
    match field {
        "InputPath" | "OutputPath" => true,
        "ResultPath" => path.is_reference() && path.root == Root::Input,
        _ => path.is_definite(),
    }
}
