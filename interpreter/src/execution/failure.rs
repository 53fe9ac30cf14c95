//! Failures of states and executions: an error name and a cause.

use smol_str::SmolStr;
use stepwright_asl::errors;

use crate::query::QueryError;
use crate::record::record;
use crate::task::TaskFailure;
use crate::value::Value;

/// The failure of a state: Retry and Catch match it, and the history contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The error name.
    pub error: Option<SmolStr>,
    /// The cause.
    pub cause: Option<SmolStr>,
    /// A heartbeat expired. It is reported as States.Timeout, but ErrorEquals may name
    /// States.HeartbeatTimeout.
    pub(crate) by_heartbeat: bool,
    /// A scheduled task reported it. A Map or Parallel around the task fails with the same failure.
    pub(crate) by_task: bool,
    /// It comes from inside a Map or Parallel, which writes its own Failed event.
    pub(crate) is_inner: bool,
    /// A field of the state could not be evaluated.
    pub(crate) by_query: bool,
}

impl Failure {
    /// Creates a failure with an error name and a cause.
    pub fn new(error: impl Into<SmolStr>, cause: impl Into<SmolStr>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
            by_heartbeat: false,
            by_task: false,
            is_inner: false,
            by_query: false,
        }
    }

    /// Returns the name of the error; empty if there is none.
    pub(crate) fn error_name(&self) -> SmolStr {
        self.error.clone().unwrap_or_default()
    }

    /// Returns the failure of an expired timeout or heartbeat: an error without a cause.
    pub(crate) fn timeout(by_heartbeat: bool) -> Self {
        Self {
            error: Some(SmolStr::new_static(errors::TIMEOUT)),
            cause: None,
            by_heartbeat,
            by_task: false,
            is_inner: false,
            by_query: false,
        }
    }

    /// Returns the failure of a stopped execution, with the error and cause of the request.
    pub fn stopped(error: Option<SmolStr>, cause: Option<SmolStr>) -> Self {
        Self {
            error: error.map(|error| shortened(error, MAX_ERROR_CHARS)),
            cause: cause.map(|cause| shortened(cause, MAX_CAUSE_CHARS)),
            by_heartbeat: false,
            by_task: false,
            is_inner: false,
            by_query: false,
        }
    }

    /// Returns the failure for a value above the size limit. `label` is the name of the state or
    /// task.
    pub(crate) fn too_large(label: &str) -> Self {
        Self::new(
            errors::DATA_LIMIT_EXCEEDED,
            format!(
                "The state/task '{label}' returned a result with a size exceeding the maximum number of bytes service limit."
            ),
        )
    }

    /// Returns the failure of a Map in which more items failed than it tolerates.
    pub(crate) fn exceeds_threshold() -> Self {
        Self::new(
            errors::EXCEED_TOLERATED_FAILURE_THRESHOLD,
            "The specified tolerated failure threshold was exceeded",
        )
    }

    /// Returns the failure of an evaluation in `state`, whose Entered event is `entered`.
    pub fn of_query(error: &QueryError, state: &str, entered: u32) -> Self {
        let cause = format!(
            "An error occurred while executing the state '{state}' (entered at the event id #{entered}). {}",
            error.cause
        );
        Self {
            by_query: true,
            ..Self::new(error.error.as_ref(), cause)
        }
    }

    /// Returns the failure of the Map or Parallel around it.
    pub(crate) fn inner(mut self) -> Self {
        self.is_inner = true;
        self
    }

    /// Marks the failure as a task's.
    pub(crate) fn of_task(mut self) -> Self {
        self.by_task = true;
        self
    }

    /// Returns whether ErrorEquals matches this failure. Wildcards match a failure without an error
    /// name.
    pub(crate) fn is_named_by(&self, error_equals: &[String]) -> bool {
        let error = if self.by_heartbeat {
            errors::HEARTBEAT_TIMEOUT
        } else {
            self.error.as_deref().unwrap_or_default()
        };
        if self.by_task {
            errors::matches_task_failure(error_equals, error)
        } else {
            errors::matches(error_equals, error)
        }
    }

    /// Returns the Error Output: `{"Error", "Cause"}`, with null for a missing member. The missing
    /// cause of a timeout is an empty string.
    pub fn output(&self) -> Value {
        let text = |text: &Option<SmolStr>| Value::from(text.clone());
        let cause = match (&self.cause, self.error.as_deref()) {
            (None, Some(errors::TIMEOUT)) => Value::from(""),
            (cause, _) => text(cause),
        };
        [
            (SmolStr::new_static("Error"), text(&self.error)),
            (SmolStr::new_static("Cause"), cause),
        ]
        .into_iter()
        .collect()
    }
}

/// The maximum number of characters of an error name, as in the API of SendTaskFailure.
const MAX_ERROR_CHARS: usize = 256;
/// The maximum number of characters of a cause, as in the API of SendTaskFailure.
const MAX_CAUSE_CHARS: usize = 32_768;

impl From<TaskFailure> for Failure {
    fn from(failure: TaskFailure) -> Self {
        Self {
            error: failure
                .error
                .map(|error| shortened(error.into(), MAX_ERROR_CHARS)),
            cause: failure
                .cause
                .map(|cause| shortened(cause.into(), MAX_CAUSE_CHARS)),
            by_heartbeat: false,
            by_task: true,
            is_inner: false,
            by_query: false,
        }
    }
}

fn shortened(text: SmolStr, max: usize) -> SmolStr {
    match text.char_indices().nth(max) {
        Some((end, _)) => SmolStr::new(&text[..end]),
        None => text,
    }
}

record!(struct Failure { 1 => error, 2 => cause, 3 => by_heartbeat, 4 => by_task, 5 => is_inner, 6 => by_query });

#[cfg(test)]
mod tests {
    use super::*;

    fn named(failure: &Failure, pattern: &str) -> bool {
        failure.is_named_by(&[pattern.to_owned()])
    }

    #[test]
    fn wildcard_errors_exclude_the_same_errors_as_in_aws() {
        let runtime = Failure::new(errors::RUNTIME, "");
        assert!(!named(&runtime, errors::ALL) && !named(&runtime, errors::RUNTIME));
        let limit = Failure::too_large("lambda");
        assert!(!named(&limit, errors::ALL) && named(&limit, errors::DATA_LIMIT_EXCEEDED));
        let result = Failure::too_large("lambda").of_task();
        assert!(named(&result, errors::ALL) && named(&result.inner(), errors::ALL));
        let timeout = Failure::timeout(false);
        assert!(named(&timeout, errors::ALL) && !named(&timeout, errors::TASK_FAILED));
        assert!(!named(&timeout, errors::HEARTBEAT_TIMEOUT) && named(&timeout, errors::TIMEOUT));
        let heartbeat = Failure::timeout(true);
        assert!(named(&heartbeat, errors::HEARTBEAT_TIMEOUT) && named(&heartbeat, errors::TIMEOUT));
        let nameless = Failure::from(TaskFailure::default());
        assert!(named(&nameless, errors::ALL) && named(&nameless, errors::TASK_FAILED));
        assert!(!named(&Failure::new("A", ""), "a"));
    }

    #[test]
    fn error_output_distinguishes_missing_from_empty_fields() {
        let nameless = Failure::from(TaskFailure::default());
        assert_eq!(
            nameless.output().to_text(),
            r#"{"Error":null,"Cause":null}"#
        );
        assert_eq!(
            Failure::timeout(true).output().to_text(),
            r#"{"Error":"States.Timeout","Cause":""}"#
        );
    }
}
