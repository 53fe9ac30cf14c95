//! Definitions with a verdict.

use serde_json::Value;
use stepwright_asl::MachineType;
use stepwright_asl::validate::validate_text;

use super::Differences;

/// Validates the row's definition and compares the verdict.
pub(super) fn check(row: &Value) -> Result<(), Differences> {
    let text = match &row["definition"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let machine_type = match row["type"].as_str() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    let findings = validate_text(&text, machine_type);
    let errors = findings.errors();
    match row["valid"].as_bool() {
        Some(true) => Differences::check(
            errors
                .map(|error| format!("valid on AWS, but: {error}"))
                .collect(),
        ),
        Some(false) if errors.count() == 0 => {
            Err(format!("refused there ({}), but we find no error", row["error"]).into())
        }
        _ => Ok(()),
    }
}
