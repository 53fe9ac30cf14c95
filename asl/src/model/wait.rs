//! The Wait state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{NumberOrExpression, PathField, QueryLanguage, Word};

structure! {
    /// Waits for a number of seconds or until a timestamp.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html>
    Wait is "Wait" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The number of seconds.
        seconds: Option<NumberOrExpression> = "Seconds",
        /// A path to the number of seconds.
        seconds_path: Option<String> = "SecondsPath" JsonPath,
        /// The end of the wait: RFC 3339 with `T` and an offset, or an expression.
        timestamp: Option<String> = "Timestamp",
        /// A path to the timestamp.
        timestamp_path: Option<String> = "TimestampPath" JsonPath,
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// New values of workflow variables, by name.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        /// The name of the next state.
        next: Option<String> = "Next",
        /// Whether the execution, branch or iteration ends here.
        end: Option<Word<bool>> = "End",
    }
}
