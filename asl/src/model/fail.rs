//! The Fail state.

use super::structure::structure;
use super::{QueryLanguage, Word};

structure! {
    /// Ends the execution, branch or iteration with an error.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html>
    Fail is "Fail" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// The error's name.
        error: Option<String> = "Error",
        /// A path or intrinsic function call that returns the error's name.
        error_path: Option<String> = "ErrorPath" JsonPath,
        /// A description of the error.
        cause: Option<String> = "Cause",
        /// A path or intrinsic function call that returns the cause.
        cause_path: Option<String> = "CausePath" JsonPath,
    }
}
