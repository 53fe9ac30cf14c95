//! The conversions as JSON.

use serde_json::{Value, json};
use stepwright_tools::convert::Note;

use super::file_converter::ConvertedFile;

/// Returns one object, for any number of files.
pub(super) fn report(converted: &[ConvertedFile]) -> Value {
    let is_refused = converted.iter().any(ConvertedFile::is_refused);
    json!({
        "result": if is_refused { "FAIL" } else { "OK" },
        "definitions": converted.iter().map(definition).collect::<Vec<_>>(),
    })
}

fn definition(one: &ConvertedFile) -> Value {
    let conversion = &one.definition.conversion;
    let converted = conversion.states.iter().map(|state| {
        let assumptions = state.assumptions.iter().map(|one| one.code());
        json!({
            "name": state.name,
            "pointer": state.pointer,
            "assumptions": assumptions.collect::<Vec<_>>(),
        })
    });
    let refused = conversion
        .refused
        .iter()
        .map(|state| json!({"name": state.name, "pointer": state.pointer}));
    json!({
        "file": one.source.path.to_string_lossy(),
        "machine": one.definition.machine,
        "whole": conversion.is_whole,
        "converted": converted.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "notes": conversion.notes.iter().map(note).collect::<Vec<_>>(),
        "problem": one.definition.problem,
    })
}

fn note(note: &Note) -> Value {
    json!({
        "code": note.difference.code(),
        "state": note.state,
        "location": note.location.pointer,
        "line": note.location.line,
        "column": note.location.column,
        "message": note.message,
        "accepted": note.accepted,
    })
}
