//! The error and the cause that a failed task reports, and the error names of tasks in Rust.

use std::convert::Infallible;

use serde_json::json;

/// The error name of a task whose input does not match its function's parameters.
pub const INVALID_INPUT: &str = "Stepwright.InvalidInput";
/// The error name of a task whose output cannot be written as JSON.
pub const INVALID_OUTPUT: &str = "Stepwright.InvalidOutput";
/// The error name of a task that panicked.
pub const TASK_PANICKED: &str = "Stepwright.TaskPanicked";

/// A failed task: the error name that Retry and Catch match, and its cause. Either may be missing,
/// as SendTaskFailure allows.
///
/// Each `TaskError` of the crate `stepwright` converts to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFailure {
    /// The error name.
    pub error: Option<String>,
    /// The cause, by convention JSON text.
    pub cause: Option<String>,
}

impl TaskFailure {
    /// Creates a failure with an error and a cause.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
        }
    }

    /// Creates a failure whose cause has the format of Rust tasks: the JSON text
    /// `{"errorType", "errorMessage"}`.
    ///
    /// ```
    /// use stepwright_asl::errors::TaskFailure;
    ///
    /// let failure = TaskFailure::with_message("NoPaper", "the printer is empty");
    /// assert_eq!(
    ///     failure.cause.as_deref(),
    ///     Some(r#"{"errorType":"NoPaper","errorMessage":"the printer is empty"}"#)
    /// );
    /// ```
    pub fn with_message(error: impl Into<String>, message: &str) -> Self {
        let error = error.into();
        let cause = json!({ "errorType": error, "errorMessage": message });
        Self::new(error, cause.to_string())
    }
}

/// A task that cannot fail.
impl From<Infallible> for TaskFailure {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
