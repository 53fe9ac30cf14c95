//! The format of AWS's ValidateStateMachineDefinition response, over all files.

use serde::Serialize;
use serde_json::{Value, json};
use stepwright_asl::Diagnostic;

use super::check::CheckedDefinition;

/// A diagnostic in AWS's format, with its file.
#[derive(Serialize)]
struct FileDiagnostic<'c> {
    file: String,
    machine: Option<&'c str>,
    #[serde(flatten)]
    diagnostic: &'c Diagnostic,
}

/// Returns one object, for any number of files.
pub(super) fn report(checked: &[CheckedDefinition]) -> Value {
    let diagnostics = checked.iter().flat_map(|one| {
        let diagnostic = |diagnostic| FileDiagnostic {
            file: file(one),
            machine: one.machine.as_deref(),
            diagnostic,
        };
        one.diagnostics.iter().map(diagnostic)
    });
    let diagnostics: Vec<FileDiagnostic<'_>> = diagnostics.collect();
    let has_errors = checked.iter().any(|one| one.diagnostics.has_errors());
    json!({
        "result": result(has_errors),
        "diagnostics": diagnostics,
        "truncated": checked.iter().any(|one| one.diagnostics.is_truncated()),
        "files": checked.iter().map(summary).collect::<Vec<_>>(),
    })
}

fn summary(one: &CheckedDefinition) -> Value {
    let errors = one.diagnostics.errors().count();
    json!({
        "file": file(one),
        "machine": one.machine,
        "result": result(errors > 0),
        "errors": errors,
        "warnings": one.diagnostics.len() - errors,
        "truncated": one.diagnostics.is_truncated(),
        "unchecked": one.unchecked.iter().map(|value| &value.pointer).collect::<Vec<_>>(),
    })
}

fn file(one: &CheckedDefinition) -> String {
    one.source.path.to_string_lossy().into_owned()
}

fn result(has_errors: bool) -> &'static str {
    if has_errors { "FAIL" } else { "OK" }
}
