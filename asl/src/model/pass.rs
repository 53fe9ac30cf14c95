//! The Pass state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{PathField, QueryLanguage, Word};

structure! {
    /// Passes its input on, or replaces it.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html>
    Pass is "Pass" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The payload, built from the input.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// A constant result: nothing in it is evaluated.
        result: Option<Json> = "Result" JsonPath,
        /// The path in the input at which the result is stored; `null` discards the result.
        result_path: Option<PathField> = "ResultPath" JsonPath,
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
