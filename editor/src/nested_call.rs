//! Tasks that call state machines.

use stepwright_asl::json::Object;

/// The ARN of the state machine that a Task calls, with the field that contains it.
pub(crate) fn called_arn(state: &Object) -> Option<(&'static str, &str)> {
    let resource = state.get("Resource")?.as_str()?;
    if !resource.contains(":states:startExecution") && !resource.contains(":aws-sdk:sfn:start") {
        return None;
    }
    ["Arguments", "Parameters"].into_iter().find_map(|field| {
        let arn = state.get(field)?.get("StateMachineArn")?.as_str()?;
        Some((field, arn))
    })
}
