//! Waits, fails and succeeds: states that call nothing.

use stepwright_asl::json::Json;

use super::text::{Lines, duration, is_safe, literal};
use super::values;
use super::writing::{MAX_SECONDS, Writing};

pub(super) fn wait(writing: &mut Writing<'_>, lines: &mut Lines) {
    if let Some(seconds) = writing.whole("Seconds", 0, MAX_SECONDS) {
        writing.done.push("Seconds");
        return lines.line(&format!("seconds {};", duration(seconds)));
    }
    if let Some(seconds) = writing.text("SecondsPath").and_then(values::path) {
        writing.done.push("SecondsPath");
        return lines.line(&format!("seconds {seconds};"));
    }
    if let Some(time) = writing.text("TimestampPath").and_then(values::path) {
        writing.done.push("TimestampPath");
        return lines.line(&format!("timestamp {time};"));
    }
    if let Some(time) = writing.text("Timestamp")
        && let Some(said) = match values::expression(time) {
            Some(expression) if writing.jsonata => Some(expression),
            _ => is_safe(time).then(|| literal(time)),
        }
    {
        writing.done.push("Timestamp");
        return lines.line(&format!("timestamp {said};"));
    }
    if let Some(seconds) = writing.text("Seconds").and_then(values::expression) {
        writing.done.push("Seconds");
        return lines.line(&format!("seconds {seconds};"));
    }
    // What stands in `raw` takes its place.
    lines.line("seconds 0;");
    let zero = Json::from(serde_json::Value::from(0));
    writing.said.insert("Seconds".to_owned(), zero);
}

/// The values of a fail, where they can be said.
pub(super) fn fail(writing: &mut Writing<'_>) -> Option<String> {
    let mut said = Vec::new();
    for (field, path) in [("Error", "ErrorPath"), ("Cause", "CausePath")] {
        let literal = match writing.text(field) {
            Some(text) if writing.jsonata => values::text(text),
            Some(text) if is_safe(text) => Some(literal(text)),
            _ => None,
        };
        let computed = || values::path_or_intrinsic(writing.text(path)?);
        match (literal, computed()) {
            (Some(value), _) => said.push((field, value)),
            (None, Some(value)) => said.push((path, value)),
            // What is not said first cannot be followed by what is said second.
            (None, None) => break,
        }
    }
    if said.is_empty() {
        return None;
    }
    writing.done.extend(said.iter().map(|(field, _)| field));
    let values: Vec<String> = said.into_iter().map(|(_, value)| value).collect();
    Some(values.join(", "))
}

/// The value of a succeed, where it is one expression or text.
pub(super) fn succeed(writing: &mut Writing<'_>) -> Option<String> {
    let output = writing.text("Output").filter(|_| writing.jsonata)?;
    let value = values::value(output)?;
    writing.done.push("Output");
    Some(value)
}
