//! Values in the texts of causes.

use crate::value::Value;

/// Formats a value for a message: a string without quotes, other values as JSON. A very long value
/// is replaced by its size.
pub(crate) fn message_text(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => other
            .to_java_text_within(100_000)
            .unwrap_or_else(|| format!("(a value of {} bytes)", other.json_len())),
    }
}

/// Returns AWS's text for parameters with which a task cannot start.
pub(crate) fn unusable_parameters_text(parameters: &Value, reason: &str) -> String {
    format!(
        "The Parameters '{}' could not be used to start the Task: [{reason}]",
        message_text(parameters)
    )
}
