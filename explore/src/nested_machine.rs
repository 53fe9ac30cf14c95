//! The state machines that the explored one starts.

use std::collections::BTreeSet;

use stepwright_asl::StateMachine;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::model::MachineType;
use stepwright_interpreter::task::{Integration, Resource};

/// A state machine whose executions are explored as parts of the execution that starts them.
#[derive(Clone, Debug)]
pub struct NestedMachine {
    /// The name, as the ARN of the start contains it, or the name of the placeholder in its place.
    pub name: String,
    /// The definition.
    pub machine: StateMachine,
    /// The type of the state machine.
    pub machine_type: MachineType,
}

/// Returns the name of the state machine that `StateMachineArn` names: that in the ARN, without a
/// version or an alias, or that of the placeholder.
pub fn started_machine(target: &str) -> &str {
    if let Some(placeholder) = target.strip_prefix("${") {
        return placeholder.split(['}', ':']).next().unwrap_or(placeholder);
    }
    match target.split_once(":stateMachine:") {
        Some((_, name)) => name.split(':').next().unwrap_or(name),
        None => target,
    }
}

/// Returns the names of the state machines that a definition starts, as far as its text shows them.
pub fn started_machines(definition: &Json) -> BTreeSet<String> {
    let graph = Graph::of(definition);
    let targets = graph.states().iter().filter_map(|state| {
        let resource = state.object.get("Resource").and_then(Json::as_str)?;
        Integration::of(&Resource::parse(resource))?;
        let arguments = state.object.get("Parameters");
        let arguments = arguments.or_else(|| state.object.get("Arguments"))?;
        arguments.get("StateMachineArn").and_then(Json::as_str)
    });
    targets
        .map(|target| started_machine(target).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_its_state_machine() {
        for (target, name) in [
            (
                "arn:aws:states:us-east-1:123456789012:stateMachine:pay",
                "pay",
            ),
            (
                "arn:aws:states:us-east-1:123456789012:stateMachine:pay:7",
                "pay",
            ),
            (
                "arn:aws:states:us-east-1:123456789012:stateMachine:pay:live",
                "pay",
            ),
            ("${PayArn}", "PayArn"),
            ("${PayArn}:7", "PayArn"),
            ("pay", "pay"),
        ] {
            assert_eq!(started_machine(target), name);
        }
    }
}
