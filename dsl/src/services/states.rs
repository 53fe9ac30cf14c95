//! AWS Step Functions. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>
//!
//! For a workflow of the program use [`Body::workflow`](crate::builder::Body::workflow): it checks the input and has a typed output.

use super::answer::structure;
use super::{HasSync2, Request};
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

impl<A: HasSync2, From> Request<A, From> {
    /// Waits for the end of the execution: `.sync:2`. Its output is parsed from JSON as an `Output`.
    pub fn sync_2<Output: Payload>(self) -> Request<A, From, Execution<Output>> {
        self.giving(".sync:2")
    }
}

answer! {
    /// The result of `states:startExecution`.
    StartExecutionAnswer {
        /// The execution's ARN.
        execution_arn: String = "ExecutionArn",
        /// The start time.
        start_date: serde_json::Value = "StartDate",
    } optional {}
}

/// A finished execution. With `.sync` its output is JSON text; with `.sync:2` it is the parsed value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Execution<Output = String> {
    /// Its output.
    pub output: Output,
    /// Its ARN.
    pub execution_arn: String,
    /// The state machine's ARN.
    pub state_machine_arn: String,
    /// Its name.
    pub name: String,
    /// `SUCCEEDED`: any other status fails the state.
    pub status: String,
    /// Its input; with `.sync` as JSON text.
    pub input: serde_json::Value,
    /// The start time: milliseconds since 1970, or a text.
    pub start_date: serde_json::Value,
    /// The stop time.
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
