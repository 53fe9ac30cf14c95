//! Finds the definition that the child executions of a Distributed Map run.

use serde_json::{Map, Value as Json};
use stepwright_asl::model::MachineType;
use stepwright_engine::server_support::label_of;

/// The state machine of a Distributed Map's children.
pub(crate) struct ChildMachine {
    /// The definition of its ItemProcessor.
    pub(crate) definition: String,
    pub(crate) machine_type: MachineType,
}

/// Returns the Distributed Map of a definition that has this label; `outer/inner` is one in the
/// children of another.
pub(crate) fn labelled(definition: &str, label: &str) -> Option<ChildMachine> {
    let mut processor: Json = serde_json::from_str(definition).ok()?;
    for label in label.split('/') {
        let found = find(processor.as_object()?, label)?.clone();
        processor = Json::Object(found);
    }
    let config = &processor["ProcessorConfig"];
    let machine_type = match config["ExecutionType"].as_str() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    Some(ChildMachine {
        definition: processor.to_string(),
        machine_type,
    })
}

/// Returns the ItemProcessor with a label, in a machine or a part of one, but not in the children
/// of another Distributed Map.
fn find<'a>(machine: &'a Map<String, Json>, label: &str) -> Option<&'a Map<String, Json>> {
    let states = machine.get("States")?.as_object()?;
    states.iter().find_map(|(name, state)| {
        let processor = state.get("ItemProcessor").or_else(|| state.get("Iterator"));
        if let Some(processor) = processor.and_then(Json::as_object) {
            let config = processor.get("ProcessorConfig");
            let mode = config.and_then(|config| config.get("Mode")?.as_str());
            if mode != Some("DISTRIBUTED") {
                return find(processor, label);
            }
            let own = state.get("Label").and_then(Json::as_str);
            let is_it = own.map_or_else(|| label_of(name) == label, |own| own == label);
            return is_it.then_some(processor);
        }
        let mut branches = state.get("Branches")?.as_array()?.iter();
        branches.find_map(|branch| find(branch.as_object()?, label))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_map_is_found_by_its_label_at_any_depth() {
        let processor = |states: Json, mode: &str| json!({"ProcessorConfig": {"Mode": mode, "ExecutionType": "EXPRESS"}, "StartAt": "A", "States": states});
        let inner = processor(json!({"A": {"Type": "Pass", "End": true}}), "DISTRIBUTED");
        let outer = processor(
            json!({"A": {"Type": "Map", "ItemProcessor": inner, "End": true}}),
            "DISTRIBUTED",
        );
        let inline = processor(
            json!({"A": {"Type": "Map", "Label": "o", "ItemProcessor": outer, "End": true}}),
            "INLINE",
        );
        let machine = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [{"StartAt": "M", "States": {
            "M": {"Type": "Map", "ItemProcessor": inline, "End": true}
        }}], "End": true}}});
        let found = |label| labelled(&machine.to_string(), label);
        assert_eq!(
            found("o").map(|found| found.definition),
            Some(outer.to_string())
        );
        // The inner one declares no label.
        let inner_label = label_of("A");
        let path = format!("o/{inner_label}");
        assert_eq!(
            found(&path).map(|found| found.definition),
            Some(inner.to_string())
        );
        assert_eq!(
            found("o").map(|found| found.machine_type),
            Some(MachineType::Express)
        );
        assert!(found(&inner_label).is_none() && found("M").is_none() && found("o/x").is_none());
    }
}
