//! AWS Step Functions.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>
//!
//! For a workflow of the program use [`Body::workflow`](crate::builder::Body::workflow): it checks
//! the input and has a typed output.

use super::{HasSync2, Request};
use crate::Payload;

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
    /// Waits for the end of the execution: `.sync:2`. Its output is parsed from JSON as an
    /// `Output`.
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

answer! {
    /// A finished execution. With `.sync` its output is JSON text; with `.sync:2` it is the parsed
    /// value.
    Execution<Output = String> {
        /// Its output.
        output: Output = "Output",
        /// Its ARN.
        execution_arn: String = "ExecutionArn",
        /// The state machine's ARN.
        state_machine_arn: String = "StateMachineArn",
        /// Its name.
        name: String = "Name",
        /// `SUCCEEDED`: any other status fails the state.
        status: String = "Status",
        /// Its input; with `.sync` as JSON text.
        input: serde_json::Value = "Input",
        /// The start time: milliseconds since 1970, or a text.
        start_date: serde_json::Value = "StartDate",
        /// The stop time.
        stop_date: serde_json::Value = "StopDate",
    } optional {}
}
