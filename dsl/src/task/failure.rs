use crate::record::record;
use crate::value::Value;

/// The result of a task.
pub type TaskResult = Result<Value, TaskFailure>;

/// A failed task: the error name that Retry and Catch match, and its cause. Either may be missing, as
/// SendTaskFailure allows.
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
}

record!(struct TaskFailure { error, cause });
