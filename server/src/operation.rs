//! The table of the operations.

use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use crate::body::RequestBody;
use crate::error::ApiError;
use crate::operations::{
    activities, aliases, executions, map_runs, state_machines, tags, test_state, tokens, validate,
    versions,
};
use crate::service::{Service, parse};

/// The prefix of an operation's name in the header `X-Amz-Target`.
pub(crate) const PREFIX: &str = "AWSStepFunctions.";

/// A running operation: it ends with the body of its response.
type OperationFuture<'s> = Pin<Box<dyn Future<Output = Result<Vec<u8>, ApiError>> + Send + 's>>;

/// Declares the operations of the API with their functions.
macro_rules! operations {
    ($($name:literal => $perform:path,)*) => {
        /// The names of all operations.
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[$($name),*];

        /// Performs an operation. Returns the body of its response. The body of the request is
        /// dropped as soon as it is parsed, because an operation can take minutes. It has one type:
        /// this function contains the code of all operations.
        pub(crate) async fn perform(
            service: &Arc<Service>,
            operation: &str,
            body: RequestBody,
        ) -> Result<Vec<u8>, ApiError> {
            // Boxed, so that the size of this future does not depend on the largest operation. All
            // operations have one type, so that this future does not contain the code to drop each.
            let performed: OperationFuture<'_> = match operation {
                $($name => Box::pin(async {
                    let request = parse(body.as_ref())?;
                    drop(body);
                    print(&$perform(service, request).await?)
                }),)*
                _ => {
                    return Err(ApiError::unknown_operation(format!(
                        "the API of version 2016-11-23 has no operation `{operation}`"
                    )));
                }
            };
            performed.await
        }
    };
}

operations! {
    "CreateActivity" => activities::create,
    "CreateStateMachine" => state_machines::create,
    "CreateStateMachineAlias" => aliases::create,
    "DeleteActivity" => activities::delete,
    "DeleteStateMachine" => state_machines::delete,
    "DeleteStateMachineAlias" => aliases::delete,
    "DeleteStateMachineVersion" => versions::delete,
    "DescribeActivity" => activities::describe,
    "DescribeExecution" => executions::describe,
    "DescribeMapRun" => map_runs::describe,
    "DescribeStateMachine" => state_machines::describe,
    "DescribeStateMachineAlias" => aliases::describe,
    "DescribeStateMachineForExecution" => executions::describe_machine,
    "GetActivityTask" => activities::get_task,
    "GetExecutionHistory" => executions::history,
    "ListActivities" => activities::list,
    "ListExecutions" => executions::list,
    "ListMapRuns" => map_runs::list,
    "ListStateMachineAliases" => aliases::list,
    "ListStateMachineVersions" => versions::list,
    "ListStateMachines" => state_machines::list,
    "ListTagsForResource" => tags::list,
    "PublishStateMachineVersion" => versions::publish,
    "RedriveExecution" => executions::redrive,
    "SendTaskFailure" => tokens::fail,
    "SendTaskHeartbeat" => tokens::heartbeat,
    "SendTaskSuccess" => tokens::succeed,
    "StartExecution" => executions::start,
    "StartSyncExecution" => executions::start_sync,
    "StopExecution" => executions::stop,
    "TagResource" => tags::tag,
    "TestState" => test_state::test_state,
    "UntagResource" => tags::untag,
    "UpdateMapRun" => map_runs::update,
    "UpdateStateMachine" => state_machines::update,
    "UpdateStateMachineAlias" => aliases::update,
    "ValidateStateMachineDefinition" => validate::validate,
}

/// Returns whether an operation changes nothing, so that a client can repeat it.
pub(crate) fn only_reads(operation: &str) -> bool {
    let reads = ["Describe", "GetExecutionHistory", "List", "Validate"];
    reads.iter().any(|prefix| operation.starts_with(prefix))
}

/// Prints the body of a response.
pub(crate) fn print(response: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(response).map_err(|error| ApiError::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::NAMES;

    #[test]
    fn operations_are_sorted_by_name_without_duplicates() {
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]), "{NAMES:?}");
        // The number of operations in the model of version 2016-11-23.
        assert_eq!(NAMES.len(), 37);
    }
}
