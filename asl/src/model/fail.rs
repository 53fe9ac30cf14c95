//! The Fail state.

use super::structure::structure;
use super::{QueryLanguage, Word};

structure! {
    /// Ends the execution, branch or iteration with an error.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html>
    Fail is "Fail" {
        /// What the state is for.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's when absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The error's name.
        error: Option<String> = "Error",
        /// A path or intrinsic function call that gives it.
        error_path: Option<String> = "ErrorPath" JsonPath,
        /// What went wrong, for people.
        cause: Option<String> = "Cause",
        /// A path or intrinsic function call that gives it.
        cause_path: Option<String> = "CausePath" JsonPath,
    }
}
