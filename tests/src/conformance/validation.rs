//! Definitions with a validation result.

use serde_json::{Value, json};
use stepwright_asl::MachineType;
use stepwright_asl::validate::validate_text;
use stepwright_runtime::Engine;

use super::api::Api;
use super::{Differences, ReplayMode};

fn text(row: &Value) -> String {
    match &row["definition"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The same by ValidateStateMachineDefinition.
pub(super) async fn check_by_api(row: &Value, way: ReplayMode<'_>) -> Result<(), Differences> {
    let mut api = match way {
        ReplayMode::Endpoint(address) => Api::at(address).await?,
        ReplayMode::InProcess | ReplayMode::Api => {
            let engine = Engine::builder().build();
            Api::over(engine.map_err(|error| error.to_string())?).await?
        }
    };
    let mut request = json!({"definition": text(row)});
    if let Some(machine_type) = row["type"].as_str() {
        request["type"] = machine_type.into();
    }
    let validated = api.call("ValidateStateMachineDefinition", &request).await?;
    match (row["valid"].as_bool(), validated["result"] == "OK") {
        (Some(true), false) => {
            Err(format!("valid on AWS, but: {}", validated["diagnostics"]).into())
        }
        (Some(false), true) => {
            Err(format!("refused there ({}), but we find no error", row["error"]).into())
        }
        _ => Ok(()),
    }
}

/// Validates the row's definition and compares the result.
pub(super) fn check(row: &Value) -> Result<(), Differences> {
    let text = text(row);
    let machine_type = match row["type"].as_str() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    let diagnostics = validate_text(&text, machine_type);
    let errors = diagnostics.errors();
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
