//! Converts literal fields to values, with the messages for invalid ones.

use stepwright_asl::json::Json;

use crate::query::CompileError;
use crate::value::Value;

pub(in crate::program) fn placeholder(text: &str) -> String {
    format!(
        "`{text}` is a placeholder; give it a value before the definition runs (in Rust, with `EngineBuilder::substitute`)"
    )
}

pub(in crate::program) fn not_a_number(text: &str) -> String {
    if text.contains("${") {
        placeholder(text)
    } else {
        format!("`{text}` is not a number")
    }
}

/// Converts JSON of the definition to a value.
pub(in crate::program) fn constant(json: &Json) -> Result<Value, CompileError> {
    Value::from_text(&json.to_string())
        .map_err(|error| CompileError::new("Result", error.to_string()))
}
