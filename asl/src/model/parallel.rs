//! The Parallel state.

use indexmap::IndexMap;

use crate::json::Json;

use super::structure::structure;
use super::{Catcher, PathField, QueryLanguage, Retrier, States, Word};

structure! {
    /// Runs branches concurrently; its result is the array of their outputs.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>
    Parallel is "Parallel" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
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

structure! {
    /// One branch of a Parallel state.
    Branch {
        /// Description of the branch.
        comment: Option<String> = "Comment",
        /// Preserved if it was parsed; AWS rejects it here.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The name of the branch's first state.
        start_at: String = "StartAt" required,
        /// The branch's states.
        states: States = "States" required,
    }
}
