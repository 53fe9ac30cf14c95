//! The output of a state that ends its workflow, branch or body.

use stepwright_asl::json::Json;
use stepwright_asl::model::StateKind;

use super::payload::{ANY, Payload};
use super::task::Tasks;
use super::text::SourceValue;
use super::values;
use super::writing::StateConversion;

/// The output value, if one value can express the fields that produce it.
pub(super) fn value(
    state: &str,
    name: &str,
    kind: StateKind,
    tasks: &mut Tasks,
    writing: &mut StateConversion<'_>,
) -> Option<SourceValue> {
    if writing.jsonata {
        let output = writing.get("Output")?;
        // The state's default output is already covered.
        if writing.emitted.get("Output") == Some(output) {
            return None;
        }
        let payload = Payload::of(output, true)?;
        return payload_value(state, name, payload, &["Output"], tasks, writing);
    }
    // The syntax for this value has no `InputPath` and `ResultPath`.
    let is_plain = |fields: &[&str]| !fields.iter().any(|field| writing.get(field).is_some());
    let built = match kind {
        StateKind::Pass => "Parameters",
        _ => "ResultSelector",
    };
    let has_result = kind != StateKind::Succeed;
    if has_result
        && is_plain(&["ResultPath", "OutputPath", "Result"])
        && (kind != StateKind::Pass || is_plain(&["InputPath"]))
        && let Some(Json::Object(members)) = writing.get(built)
    {
        let payload = Payload::object(members, false)?;
        return payload_value(state, name, payload, &[built], tasks, writing);
    }
    let path = writing.text("OutputPath").filter(|path| *path != "$")?;
    let written = writing.emitted.get("OutputPath").and_then(Json::as_str);
    let others = ["ResultPath", "ResultSelector", "Result", "InputPath"];
    let others = match kind {
        StateKind::Pass => &others[..],
        StateKind::Succeed => &others[3..],
        _ => &others[..2],
    };
    // A wait cannot have an output value.
    if kind == StateKind::Wait || written == Some(path) || !is_plain(others) {
        return None;
    }
    if kind == StateKind::Pass && !is_plain(&["Parameters"]) {
        return None;
    }
    let expression = values::path(path)?;
    say("OutputPath", writing);
    values::typed(&expression).map(SourceValue::Leaf)
}

fn payload_value(
    state: &str,
    name: &str,
    payload: Payload,
    fields: &[&'static str],
    tasks: &mut Tasks,
    writing: &mut StateConversion<'_>,
) -> Option<SourceValue> {
    let value = match payload {
        // An object without members has no type.
        Payload::Object(members) if members.is_empty() => return None,
        Payload::Object(members) => tasks.output(state, name, &members)?,
        Payload::Leaf { ty, expression } if expression.starts_with("jsonata!") => {
            let ty = if ty == "String" { ty } else { ANY };
            SourceValue::Leaf(format!("{}, {ty})", expression.strip_suffix(')')?))
        }
        Payload::Leaf { expression, .. } if expression == "None" => return None,
        Payload::Leaf { expression, .. } => SourceValue::Leaf(expression),
    };
    fields.iter().for_each(|field| say(field, writing));
    Some(value)
}

/// The value covers this field, and the macro emits no other output in addition.
fn say(field: &'static str, writing: &mut StateConversion<'_>) {
    writing.covered.push(field);
    for output in ["OutputPath", "Output"] {
        writing.emitted.shift_remove(output);
    }
}
