//! The Parallel state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{Catcher, PathField, QueryLanguage, Retrier, States, Word};

structure! {
    /// Runs branches side by side; its result is the array of their outputs.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>
    Parallel is "Parallel" {
        /// What the state is for.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's when absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The payload, built from the input.
        parameters: Option<Json> = "Parameters" JsonPath,
        /// The payload, built with expressions.
        arguments: Option<Json> = "Arguments" Jsonata,
        /// The branches.
        branches: Vec<Branch> = "Branches" required,
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

structure! {
    /// One branch of a Parallel state.
    Branch {
        /// What the branch is for.
        comment: Option<String> = "Comment",
        /// Kept when it was read; AWS refuses it here.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The name of the branch's first state.
        start_at: String = "StartAt" required,
        /// The branch's states.
        states: States = "States" required,
    }
}
