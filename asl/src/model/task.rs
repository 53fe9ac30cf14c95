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
        /// What the state is for.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's when absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// What does the work: an ARN, or the URI of a service integration with its pattern (`.sync`, `.waitForTaskToken`).
        resource: String = "Resource" required,
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The payload, built from the input.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The payload, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
        /// The role under which the work is done: an object with `RoleArn`.
        credentials: Option<Json> = "Credentials",
        /// The longest time in seconds that one attempt may take.
        timeout_seconds: Option<NumberOrExpression> = "TimeoutSeconds",
        /// A path to it.
        timeout_seconds_path: Option<String> = "TimeoutSecondsPath" JsonPath,
        /// The longest time in seconds between two heartbeats.
        heartbeat_seconds: Option<NumberOrExpression> = "HeartbeatSeconds",
        /// A path to it.
        heartbeat_seconds_path: Option<String> = "HeartbeatSecondsPath" JsonPath,
        /// Reshapes the result.
        result_selector: Option<Json> = "ResultSelector" JsonPath,
        /// Where in the input the result is put; `null` drops it.
        result_path: Option<PathField> = "ResultPath" JsonPath,
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// Workflow variables by name, and their new values.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// What is tried again, first match first.
        retry: Vec<Retrier> = "Retry",
        /// What goes on elsewhere after an error, first match first.
        catch: Vec<Catcher> = "Catch",
        /// The name of the state that follows.
        next: Option<String> = "Next",
        /// Whether the execution, branch or iteration ends here.
        end: Option<Word<bool>> = "End",
    }
}
