//! Converts a status change to an event of EventBridge, with as much data as the limits allow.

use serde_json::{Value as Json, json};
use stepwright_engine::{Status, StatusChange};

const SOURCE: &str = "aws.states";
const DETAIL_TYPE: &str = "Step Functions Execution Status Change";
/// The bytes that EventBridge counts for the time of an entry.
const TIME_SIZE: usize = 14;
/// The bytes of an input and an output, escaped as text in JSON, that Step Functions sends. A
/// longer output is left out, and so is the input if both are longer together.
const MAX_DATA: usize = 248 * 1_024;
/// The maximum bytes of a call of PutEvents.
pub(super) const MAX_SIZE: usize = 256 * 1_024;

/// An event for PutEvents: `Step Functions Execution Status Change`.
#[derive(Clone, Debug)]
pub(super) struct StatusEvent {
    /// The ARN of the execution.
    pub(super) execution: String,
    /// The bytes that EventBridge counts.
    pub(super) size: usize,
    /// The parameter of PutEvents.
    pub(super) entry: Json,
    /// The change, if a store retains it until it is confirmed.
    pub(super) durable: Option<StatusChange>,
}

impl StatusEvent {
    /// Confirms that the event was sent, or can never be sent.
    pub(super) fn confirm(&self) {
        if let Some(change) = &self.durable {
            change.confirm();
        }
    }

    pub(super) fn new(change: &StatusChange, bus: &str) -> Self {
        let execution = change.execution.id().to_owned();
        let (detail, size) = sized_detail(change, execution.len());
        let entry = json!({
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Resources": [execution],
            "Time": change.at.to_string(),
            "Detail": detail,
            "EventBusName": bus,
        });
        Self {
            execution,
            size,
            entry,
            durable: change.is_durable().then(|| change.clone()),
        }
    }
}

/// Returns the detail with as much data as fits, and the size of its entry.
fn sized_detail(change: &StatusChange, resource: usize) -> (String, usize) {
    let input = change.input_text();
    let output = change.output.as_ref().map(|output| output.to_text());
    let input_size = escaped(&input);
    let output_size = output.as_deref().map_or(0, escaped);
    let has_output = output_size <= MAX_DATA;
    let has_input = input_size + output_size <= MAX_DATA;
    let other = TIME_SIZE + SOURCE.len() + DETAIL_TYPE.len() + resource;
    // A long cause can exceed the limit of the call, which AWS's own events do not have.
    let choices = [(has_input, has_output), (false, has_output), (false, false)];
    let mut last = (String::new(), 0);
    for (has_input, has_output) in choices {
        let input = has_input.then_some(&*input);
        let output = output.as_deref().map(|text| has_output.then_some(text));
        let text = detail(change, input, output).to_string();
        let size = other + text.len();
        last = (text, size);
        if size <= MAX_SIZE {
            break;
        }
    }
    last
}

/// Returns the length of a text as part of JSON.
fn escaped(text: &str) -> usize {
    // Without the quotes.
    Json::from(text).to_string().len().saturating_sub(2)
}

/// `input` and the inner `output` are none if they are left out; the outer `output` is none if the
/// execution has none.
fn detail(change: &StatusChange, input: Option<&str>, output: Option<Option<&str>>) -> Json {
    let execution = &change.execution;
    let is_running = change.status == Status::Running;
    let (redrive_status, reason) = redrive_status(change);
    json!({
        "executionArn": execution.id(),
        "stateMachineArn": execution.machine_id(),
        "stateMachineVersionArn": change.version_arn(),
        "stateMachineAliasArn": change.alias_arn(),
        "name": execution.name(),
        "status": change.status.as_str(),
        "startDate": execution.started().unix_millis(),
        "stopDate": (!is_running).then(|| change.at.unix_millis()),
        "input": input,
        "inputDetails": {"included": input.is_some()},
        "output": output.flatten(),
        "outputDetails": output.map(|output| json!({"included": output.is_some()})),
        "error": change.error,
        "cause": change.cause,
        "redriveCount": execution.redrive_count().unwrap_or(0),
        "redriveDate": execution.redriven().map(|at| at.unix_millis()),
        "redriveStatus": redrive_status,
        "redriveStatusReason": reason,
    })
}

/// Returns the status that DescribeExecution would return, and its reason.
fn redrive_status(change: &StatusChange) -> (&'static str, Option<&'static str>) {
    match change.status {
        Status::Running => (
            "NOT_REDRIVABLE",
            Some("Execution is RUNNING and cannot be redriven"),
        ),
        Status::Succeeded => (
            "NOT_REDRIVABLE",
            Some("Execution is SUCCEEDED and cannot be redriven"),
        ),
        _ if change.is_map_run_child => ("REDRIVABLE_BY_MAP_RUN", None),
        _ if change.is_redrivable => ("REDRIVABLE", None),
        _ => (
            "NOT_REDRIVABLE",
            Some("Execution history event limit exceeded"),
        ),
    }
}
