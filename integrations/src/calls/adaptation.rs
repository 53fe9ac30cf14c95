//! The integrations whose parameters or results differ from those of the API.

use serde_json::{Map, Value as Json, json};
use stepwright_engine::ExecutionInfo;
use stepwright_engine::task::TaskFailure;

use super::action::ServiceAction;

/// Changes the parameters of a call to those of the API, and its action to the API's.
pub(super) fn adapt_parameters(
    called: &mut ServiceAction,
    parameters: &mut Map<String, Json>,
    execution: &ExecutionInfo,
) -> Result<(), String> {
    match (called.service, called.action.as_str()) {
        ("events", "putEvents") if called.style.optimized().is_some() => {
            add_resources(parameters, execution);
        }
        ("emr", _) if called.style.optimized().is_some() => adapt_emr(called, parameters)?,
        ("dynamodb", _) if called.style.optimized().is_some() => type_plain_attributes(parameters),
        // The result is always a whole response.
        ("bedrock-runtime", "invokeModel") => {
            parameters
                .entry("ContentType")
                .or_insert_with(|| json!("application/json"));
            if parameters.contains_key("Input") || parameters.contains_key("Output") {
                return Err("The fields 'Input' and 'Output' of bedrock:invokeModel, which read and write S3, are not supported by local endpoints; use 'Body'".to_owned());
            }
        }
        _ => {}
    }
    Ok(())
}

/// Changes the members of a response to those of the integration, or returns the failure that it
/// reports.
pub(super) fn adapt_result(
    called: &ServiceAction,
    members: &mut Map<String, Json>,
    is_job: bool,
) -> Result<(), TaskFailure> {
    match (called.service, called.action.as_str()) {
        ("events", "putEvents") if called.style.optimized().is_some() => {
            let failed = members.get("FailedEntryCount").and_then(Json::as_i64);
            if failed.is_some_and(|count| count > 0) {
                let cause = Json::Object(members.clone()).to_string();
                return Err(TaskFailure::new("EventBridge.FailedEntry", cause));
            }
        }
        ("ecs", "runTask") if is_job => {
            let has_task = members
                .get("Tasks")
                .and_then(Json::as_array)
                .is_some_and(|tasks| !tasks.is_empty());
            if !has_task {
                let payload = Json::Object(members.clone());
                return Err(TaskFailure::new(
                    "AmazonECS.Unknown",
                    format!(
                        "The cause could not be determined because ECS did not return an error type. Returned payload: {payload}"
                    ),
                ));
            }
        }
        ("bedrock-runtime", "invokeModel") => {
            if let Some(Json::String(text)) = members.get("Body")
                && let Ok(body) = serde_json::from_str(text)
            {
                members.insert("Body".to_owned(), body);
            }
        }
        ("emr", "runJobFlow") => rename(members, "JobFlowId", "ClusterId"),
        ("emr", "addJobFlowSteps") => {
            let step = members
                .remove("StepIds")
                .and_then(|mut ids| ids.get_mut(0).map(Json::take));
            members.extend(step.map(|step| ("StepId".to_owned(), step)));
        }
        _ => {}
    }
    Ok(())
}

/// Adds the ARNs of the execution and of its state machine to each event, as AWS documents.
fn add_resources(parameters: &mut Map<String, Json>, execution: &ExecutionInfo) {
    let Some(Json::Array(entries)) = parameters.get_mut("Entries") else {
        return;
    };
    for entry in entries.iter_mut().filter_map(Json::as_object_mut) {
        let resources = entry.entry("Resources").or_insert_with(|| json!([]));
        if let Json::Array(resources) = resources {
            resources.extend([
                Json::from(execution.id()),
                Json::from(execution.machine_id()),
            ]);
        }
    }
}

/// Makes `{"S": ..}` of a text where DynamoDB needs an attribute value. Assumption: Step Functions
/// does so, because a published pattern of AWS contains such texts. `argument_check.rs` of the
/// runtime accepts them for the same reason.
fn type_plain_attributes(parameters: &mut Map<String, Json>) {
    for name in ["Key", "Item", "ExpressionAttributeValues"] {
        let Some(Json::Object(attributes)) = parameters.get_mut(name) else {
            continue;
        };
        for value in attributes.values_mut().filter(|value| value.is_string()) {
            *value = json!({ "S": value.take() });
        }
    }
}

/// The actions of `elasticmapreduce` have other names than the operations of EMR, and one cluster
/// or step instead of lists.
fn adapt_emr(called: &mut ServiceAction, parameters: &mut Map<String, Json>) -> Result<(), String> {
    let operation = match called.action.as_str() {
        "createCluster" => "runJobFlow",
        "terminateCluster" => {
            into_list(parameters, "ClusterId", "JobFlowIds");
            "terminateJobFlows"
        }
        "setClusterTerminationProtection" => {
            into_list(parameters, "ClusterId", "JobFlowIds");
            "setTerminationProtection"
        }
        "addStep" => {
            rename(parameters, "ClusterId", "JobFlowId");
            into_list(parameters, "Step", "Steps");
            "addJobFlowSteps"
        }
        "cancelStep" => {
            into_list(parameters, "StepId", "StepIds");
            "cancelSteps"
        }
        other => {
            return Err(format!(
                "elasticmapreduce:{other} is not supported by local endpoints; run it with --task"
            ));
        }
    };
    operation.clone_into(&mut called.action);
    Ok(())
}

fn rename(members: &mut Map<String, Json>, from: &str, to: &str) {
    if let Some(value) = members.remove(from) {
        members.insert(to.to_owned(), value);
    }
}

fn into_list(members: &mut Map<String, Json>, from: &str, to: &str) {
    if let Some(value) = members.remove(from) {
        members.insert(to.to_owned(), Json::Array(vec![value]));
    }
}
