//! The fields that shape a state's input and result for the next state.

use stepwright_asl::json::Json;
use stepwright_asl::model::StateKind;

use super::text::{SourceLines, literal};
use super::values;
use super::writing::StateConversion;

/// Writes `input_path`, `parameters`, `result_selector`, `result_path` and `output_path`, or
/// `output` in a JSONata state, if the state has them.
pub(super) fn shape(kind: StateKind, writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    if kind == StateKind::Fail {
        return;
    }
    if writing.jsonata {
        let output = writing
            .get("Output")
            .filter(|_| !writing.emits_already("Output"));
        if let Some(output) = output.and_then(|output| values::argument(output, true)) {
            writing.covered.push("Output");
            writing.emitted.shift_remove("Output");
            lines.tree("output ", &output, ";");
        }
        return;
    }
    path("input_path", "InputPath", writing, lines);
    let has_result = matches!(kind, StateKind::Task | StateKind::Parallel | StateKind::Map);
    if matches!(kind, StateKind::Pass | StateKind::Parallel | StateKind::Map) {
        template("parameters", "Parameters", writing, lines);
    }
    if kind == StateKind::Pass {
        result(writing, lines);
    }
    let mut shaped = has_result && template("result_selector", "ResultSelector", writing, lines);
    if has_result || kind == StateKind::Pass {
        shaped |= path("result_path", "ResultPath", writing, lines);
    }
    // With these statements, the macro emits no default output.
    if shaped {
        writing.emitted.shift_remove("OutputPath");
    }
    path("output_path", "OutputPath", writing, lines);
}

/// A constant, which is not a template.
fn result(writing: &mut StateConversion<'_>, lines: &mut SourceLines) {
    let result = writing
        .get("Result")
        .filter(|result| !result.to_string().contains(".$\":"));
    if let Some(result) = result.and_then(|result| values::argument(result, false)) {
        writing.covered.push("Result");
        lines.tree("result ", &result, ";");
    }
}

/// Writes the statement of a path. Returns whether it did.
fn path(
    word: &str,
    field: &'static str,
    writing: &mut StateConversion<'_>,
    lines: &mut SourceLines,
) -> bool {
    let Some(value) = writing.get(field).filter(|_| !writing.emits_already(field)) else {
        return false;
    };
    let path = match value {
        Json::Null => "null".to_owned(),
        Json::String(path) => literal(path),
        _ => return false,
    };
    writing.covered.push(field);
    lines.line(&format!("{word} {path};"));
    true
}

fn template(
    word: &str,
    field: &'static str,
    writing: &mut StateConversion<'_>,
    lines: &mut SourceLines,
) -> bool {
    let members = writing.get(field).filter(|_| !writing.emits_already(field));
    let members = members.and_then(Json::as_object);
    let Some(members) = members.and_then(|members| values::arguments(members, false)) else {
        return false;
    };
    writing.covered.push(field);
    lines.tree(&format!("{word} "), &members, ";");
    true
}
