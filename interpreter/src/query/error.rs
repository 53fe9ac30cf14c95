//! Failures of compilation and of evaluation.

use std::borrow::Cow;

use crate::value::Value;

/// An evaluation failed. The interpreter prepends AWS's prefix (`An error occurred while executing
/// the state ..`) to the cause and decides whether the error can be caught.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {cause}")]
pub struct QueryError {
    /// The error's name: `States.Runtime`, `States.QueryEvaluationError` and so on.
    pub error: Cow<'static, str>,
    /// The cause without the prefix.
    pub cause: String,
    /// The field of a JSONata expression that failed (`Output/a/b[0]`), as in the history event
    /// `EvaluationFailed`.
    pub location: Option<String>,
}

impl QueryError {
    /// Creates a `States.Runtime` error.
    pub fn runtime(cause: impl Into<String>) -> QueryError {
        QueryError {
            error: Cow::Borrowed("States.Runtime"),
            cause: cause.into(),
            location: None,
        }
    }

    /// Creates a `States.ReferencePathConflict`: a path leads through a value that has no members.
    pub fn conflict(step: &str, input: &str) -> QueryError {
        QueryError {
            error: Cow::Borrowed("States.ReferencePathConflict"),
            cause: format!("Unable to apply step \"{step}\" to input {input}"),
            location: None,
        }
    }

    /// Creates a `States.QueryEvaluationError` of the JSONata field `location`.
    pub fn jsonata(location: impl Into<String>, cause: impl Into<String>) -> QueryError {
        QueryError {
            error: Cow::Borrowed("States.QueryEvaluationError"),
            cause: cause.into(),
            location: Some(location.into()),
        }
    }
}

/// A field does not compile. Fields of validated definitions compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the field `{field}`: {message}")]
pub struct CompileError {
    /// The field, as a path inside its state: `Parameters/a/b.$`, `Choices[0]/Condition`.
    pub field: String,
    /// The problem: a sentence in lower case.
    pub message: String,
}

impl CompileError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> CompileError {
        CompileError {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// Longer values are truncated where an error quotes them: an error's cause is limited, and shared
/// nodes can make a value whose text does not fit in memory.
const SHOWN: u64 = 1 << 20;

/// Formats a value for errors of paths.
pub(super) fn message_text(value: &Value) -> String {
    let text = value.to_java_text_within(SHOWN);
    text.unwrap_or_else(|| format!("{value:?}"))
}

/// Formats a value for errors of JSONata.
#[cfg(feature = "jsonata")]
pub(super) fn shown_of_jsonata(value: &Value) -> String {
    let text = value.to_text_within(SHOWN);
    text.unwrap_or_else(|| format!("{value:?}"))
}
