//! Code that each row needs.

/// A result as JSON.
pub fn json<T: serde::Serialize>(value: T) -> serde_json::Value {
    serde_json::to_value(value).expect("JSON")
}

/// The definition of a workflow, or its faults.
pub fn definition<W: stepwright::Workflow>() -> Result<String, String> {
    match W::build() {
        Ok(definition) => Ok(definition.to_json()),
        Err(faults) => Err(faults.to_string()),
    }
}
