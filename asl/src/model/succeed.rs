//! The Succeed state.

use crate::json::Json;

use super::structure::structure;
use super::{PathField, QueryLanguage, Word};

structure! {
    /// Ends the execution, branch or iteration successfully.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html>
    Succeed is "Succeed" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
    }
}
