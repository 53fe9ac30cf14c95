//! The responses of Step Functions to a state that starts another execution.

use stepwright_asl::errors;

use super::envelope::{object, with_metadata};
use super::failure::{TaskFailure, TaskResult};
use super::nested_start::Integration;
use crate::execution_info::ExecutionInfo;
use crate::status::Status;
use crate::timestamp::Timestamp;
use crate::value::Value;

/// The end of a nested execution.
#[derive(Clone, Copy, Debug)]
pub struct NestedEnd<'a> {
    /// How it ended.
    pub status: Status,
    /// Its output, if it succeeded.
    pub output: Option<&'a Value>,
    /// Its error, if it failed.
    pub error: Option<&'a str>,
    /// The cause of its error.
    pub cause: Option<&'a str>,
    /// When it ended.
    pub stopped: Timestamp,
}

/// Returns the response of the start itself.
pub fn start_response(about: &ExecutionInfo, integration: Integration, request: &str) -> Value {
    let members = [
        ("ExecutionArn", Value::from(about.arn().clone())),
        ("StartDate", date(about.started, integration)),
    ];
    if integration.is_sdk() {
        object(members)
    } else {
        with_metadata(members, request.to_owned())
    }
}

/// Returns the result of the task that waits for a nested execution
/// (docs/reference/service-behaviour.md, "Results of tasks").
pub fn nested_result(
    about: &ExecutionInfo,
    end: &NestedEnd<'_>,
    integration: Integration,
) -> TaskResult {
    let data = |value: &Value| match integration {
        Integration::SyncJson => value.clone(),
        _ => Value::from(value.to_text()),
    };
    let included = || object([("Included", Value::from(true))]);
    let mut members = Vec::new();
    if let Some(cause) = end.cause {
        members.push(("Cause", Value::from(cause)));
    }
    if let Some(error) = end.error {
        members.push(("Error", Value::from(error)));
    }
    members.extend([
        ("ExecutionArn", Value::from(about.arn().clone())),
        ("Input", data(&about.input)),
        ("InputDetails", included()),
        ("Name", Value::from(about.name())),
    ]);
    if let Some(output) = end.output {
        members.push(("Output", data(output)));
        members.push(("OutputDetails", included()));
    }
    if integration != Integration::SdkSync {
        members.push((
            "RedriveCount",
            Value::from(about.redrive_count().unwrap_or_default()),
        ));
        let (status, reason) = match end.status {
            Status::Succeeded => (
                "NOT_REDRIVABLE",
                Some("Execution is SUCCEEDED and cannot be redriven"),
            ),
            _ => ("REDRIVABLE", None),
        };
        members.push(("RedriveStatus", Value::from(status)));
        if let Some(reason) = reason {
            members.push(("RedriveStatusReason", Value::from(reason)));
        }
    }
    members.extend([
        ("StartDate", date(about.started, integration)),
        ("StateMachineArn", Value::from(about.machine.id.clone())),
        ("Status", Value::from(end.status.as_str())),
        ("StopDate", date(end.stopped, integration)),
    ]);
    let envelope = object(members);
    match end.status {
        Status::Succeeded => Ok(envelope),
        _ if integration == Integration::SdkSync => Ok(envelope),
        _ => Err(TaskFailure::new(errors::TASK_FAILED, envelope.to_text())),
    }
}

/// Returns a date: a text in SDK integrations, milliseconds in the optimised ones.
fn date(at: Timestamp, integration: Integration) -> Value {
    if integration.is_sdk() {
        Value::from(at.to_string())
    } else {
        Value::from(at.unix_millis())
    }
}
