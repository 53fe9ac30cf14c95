//! AWS Step Functions. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>
//!
//! A workflow of the program is [`Body::workflow`](crate::builder::Body::workflow), which checks its input and gives its output.

use super::HasSync2;
use super::answer::structure;
use crate::Payload;
use crate::shape::{Form, Presence, Shape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

action! {
    /// Starts an execution of a state machine.
    start_execution = StartExecution("states:startExecution") -> StartExecutionAnswer, sync -> Execution => token;
    state_machine_arn: Text = "StateMachineArn",
    {
        input: Json = "Input",
        name: Text = "Name",
        trace_header: Text = "TraceHeader",
    }
}

impl HasSync2 for StartExecution {}

answer! {
    /// What `states:startExecution` gives.
    StartExecutionAnswer {
        /// The execution's ARN.
        execution_arn: String = "ExecutionArn",
        /// When it was started.
        start_date: serde_json::Value = "StartDate",
    } optional {}
}

/// An execution as it ended. With `.sync` its output is a text of JSON, with `.sync:2` what that text says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Execution<Output = String> {
    /// What it gave.
    pub output: Output,
    /// Its ARN.
    pub execution_arn: String,
    /// The state machine's ARN.
    pub state_machine_arn: String,
    /// Its name.
    pub name: String,
    /// `SUCCEEDED`: others fail the state.
    pub status: String,
    /// What it was given: a text of JSON with `.sync`.
    pub input: serde_json::Value,
    /// When it was started: milliseconds since 1970, or a text.
    pub start_date: serde_json::Value,
    /// When it ended.
    pub stop_date: serde_json::Value,
}

#[diagnostic::do_not_recommend]
impl<Output: Payload> Payload for Execution<Output> {
    fn shape() -> Shape {
        let json = serde_json::Value::shape as fn() -> Shape;
        let text = String::shape as fn() -> Shape;
        let fields = [
            ("output", "Output", Output::shape as fn() -> Shape),
            ("execution_arn", "ExecutionArn", text),
            ("state_machine_arn", "StateMachineArn", text),
            ("name", "Name", text),
            ("status", "Status", text),
            ("input", "Input", json),
            ("start_date", "StartDate", json),
            ("stop_date", "StopDate", json),
        ];
        let fields = fields.map(|(name, wire, shape)| (name, wire, shape, Presence::Always));
        structure("Execution", fields.into())
    }
}

#[diagnostic::do_not_recommend]
impl<Output: Payload> Form for Execution<Output> {
    type Owned = Execution<Output>;
}
