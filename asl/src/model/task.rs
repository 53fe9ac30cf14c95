//! The Task state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{Catcher, NumberOrExpression, PathField, QueryLanguage, Retrier, Word};

structure! {
    /// Does work: calls a function, a service or an activity.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>
    Task is "Task" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The function, activity or service integration to call: an ARN, with its pattern
        /// (`.sync`, `.waitForTaskToken`) for an integration.
        resource: String = "Resource" required,
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The payload, built from the input.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The payload, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
        /// The role for the call: an object with `RoleArn`.
        credentials: Option<Json> = "Credentials",
        /// The maximum duration of one attempt in seconds.
        timeout_seconds: Option<NumberOrExpression> = "TimeoutSeconds",
        /// A path to the value of `TimeoutSeconds`.
        timeout_seconds_path: Option<String> = "TimeoutSecondsPath" JsonPath,
        /// The maximum time in seconds between two heartbeats.
        heartbeat_seconds: Option<NumberOrExpression> = "HeartbeatSeconds",
        /// A path to the value of `HeartbeatSeconds`.
        heartbeat_seconds_path: Option<String> = "HeartbeatSecondsPath" JsonPath,
        /// Reshapes the result.
        result_selector: Option<Json> = "ResultSelector" JsonPath,
        /// The path in the input at which the result is stored; `null` discards the result.
        result_path: Option<PathField> = "ResultPath" JsonPath,
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// New values of workflow variables, by name.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// The retriers; the first match applies.
        retry: Vec<Retrier> = "Retry",
        /// The catchers; the first match applies.
        catch: Vec<Catcher> = "Catch",
        /// The name of the next state.
        next: Option<String> = "Next",
        /// Whether the execution, branch or iteration ends here.
        end: Option<Word<bool>> = "End",
    }
}
