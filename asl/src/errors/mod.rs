//! The error names of the service, how `ErrorEquals` matches them, and the failures of tasks.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>, and
//! recordings of the service if they differ.

mod panic;
mod task_failure;

pub use self::panic::panic_message;
pub use self::task_failure::{INVALID_INPUT, INVALID_OUTPUT, TASK_PANICKED, TaskFailure};

/// Any error except [`RUNTIME`], and except [`DATA_LIMIT_EXCEEDED`] that is not about a task's
/// result.
pub const ALL: &str = "States.ALL";
/// A branch of a Parallel state failed. Documented; the service reports the branch's own error.
pub const BRANCH_FAILED: &str = "States.BranchFailed";
/// A payload is larger than 256 KiB. [`ALL`] matches it if a task's result is too large (recorded),
/// otherwise only its own name does.
pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
/// More items of a Map failed than are tolerated.
pub const EXCEED_TOLERATED_FAILURE_THRESHOLD: &str = "States.ExceedToleratedFailureThreshold";
/// No heartbeat came in time. The service reports [`TIMEOUT`]; this name only matches it.
pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
/// An HTTP task had no response in time.
pub const HTTP_SOCKET: &str = "States.Http.Socket";
/// The prefix of the names of an HTTP task's error statuses; the status follows.
pub const HTTP_STATUS_CODE_PREFIX: &str = "States.Http.StatusCode.";
/// An intrinsic function failed. Documented; the service reports [`RUNTIME`].
pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
/// The items of a Distributed Map could not be read.
pub const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";
/// No rule of a Choice matched. Documented; the service reports [`RUNTIME`].
pub const NO_CHOICE_MATCHED: &str = "States.NoChoiceMatched";
/// A field in `Parameters` could not be evaluated. Documented; the service reports [`RUNTIME`].
pub const PARAMETER_PATH_FAILURE: &str = "States.ParameterPathFailure";
/// The role lacks a permission.
pub const PERMISSIONS: &str = "States.Permissions";
/// A JSONata expression failed.
pub const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";
/// `ResultPath` or `ItemsPath` does not fit the data.
pub const REFERENCE_PATH_CONFLICT: &str = "States.ReferencePathConflict";
/// `ResultPath` cannot be applied.
pub const RESULT_PATH_MATCH_FAILURE: &str = "States.ResultPathMatchFailure";
/// The results of a Distributed Map could not be written.
pub const RESULT_WRITER_FAILED: &str = "States.ResultWriterFailed";
/// The definition does not fit the data. No `ErrorEquals` matches it.
pub const RUNTIME: &str = "States.Runtime";
/// Any error of a task except [`TIMEOUT`], [`RUNTIME`] and [`DATA_LIMIT_EXCEEDED`].
pub const TASK_FAILED: &str = "States.TaskFailed";
/// A task or an execution took too long.
pub const TIMEOUT: &str = "States.Timeout";

/// All names that begin with `States.` and have a meaning, except the HTTP statuses.
pub const RESERVED: &[&str] = &[
    ALL,
    BRANCH_FAILED,
    DATA_LIMIT_EXCEEDED,
    EXCEED_TOLERATED_FAILURE_THRESHOLD,
    HEARTBEAT_TIMEOUT,
    HTTP_SOCKET,
    INTRINSIC_FAILURE,
    ITEM_READER_FAILED,
    NO_CHOICE_MATCHED,
    PARAMETER_PATH_FAILURE,
    PERMISSIONS,
    QUERY_EVALUATION_ERROR,
    REFERENCE_PATH_CONFLICT,
    RESULT_PATH_MATCH_FAILURE,
    RESULT_WRITER_FAILED,
    RUNTIME,
    TASK_FAILED,
    TIMEOUT,
];

/// Whether a name is reserved for the service.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with(HTTP_STATUS_CODE_PREFIX)
}

/// Whether a Retrier or Catcher with this `ErrorEquals` handles `error`, as the service does.
///
/// Names match exactly. `States.ALL` matches everything except `States.Runtime` and
/// `States.DataLimitExceeded`. `States.TaskFailed` matches everything except these two and
/// timeouts. Nothing matches `States.Runtime`, even if it is named. For failures that a task
/// reported, use [`matches_task_failure`]. An interpreter passes `States.HeartbeatTimeout` for a
/// missed heartbeat, which `States.Timeout` also matches, and an empty `error` for a failure
/// without a name.
///
/// ```
/// use stepwright_asl::errors::{self, matches};
///
/// assert!(matches(&[errors::ALL], "PaymentError.Declined"));
/// assert!(matches(&[errors::TASK_FAILED], "PaymentError.Declined"));
/// assert!(!matches(&[errors::TASK_FAILED], errors::TIMEOUT));
/// assert!(matches(&["States.DataLimitExceeded"], errors::DATA_LIMIT_EXCEEDED));
/// assert!(!matches(&[errors::ALL, errors::RUNTIME], errors::RUNTIME));
/// ```
pub fn matches<S: AsRef<str>>(error_equals: &[S], error: &str) -> bool {
    error_equals
        .iter()
        .any(|name| name_matches(name.as_ref(), error))
}

/// Like [`matches()`], for a failure that a task reported, or for its result. Here `States.ALL`
/// also matches a result that is too large. This was recorded for Catch, contrary to the
/// documentation, and is assumed for Retry.
///
/// ```
/// use stepwright_asl::errors::{self, matches, matches_task_failure};
///
/// assert!(matches_task_failure(&[errors::ALL], errors::DATA_LIMIT_EXCEEDED));
/// assert!(!matches(&[errors::ALL], errors::DATA_LIMIT_EXCEEDED));
/// assert!(!matches_task_failure(&[errors::TASK_FAILED], errors::DATA_LIMIT_EXCEEDED));
/// ```
pub fn matches_task_failure<S: AsRef<str>>(error_equals: &[S], error: &str) -> bool {
    matches(error_equals, error)
        || (error == DATA_LIMIT_EXCEEDED && error_equals.iter().any(|name| name.as_ref() == ALL))
}

fn name_matches(name: &str, error: &str) -> bool {
    match (name, error) {
        (_, RUNTIME) => false,
        (ALL | TASK_FAILED, DATA_LIMIT_EXCEEDED) => false,
        (ALL, _) => true,
        (TASK_FAILED, TIMEOUT | HEARTBEAT_TIMEOUT) => false,
        (TASK_FAILED, _) => true,
        (TIMEOUT, HEARTBEAT_TIMEOUT) => true,
        _ => name == error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeout_matches_heartbeat_timeouts_but_not_the_reverse() {
        assert!(matches(&[TIMEOUT], HEARTBEAT_TIMEOUT));
        assert!(matches(&[HEARTBEAT_TIMEOUT], HEARTBEAT_TIMEOUT));
        assert!(!matches(&[HEARTBEAT_TIMEOUT], TIMEOUT));
        assert!(!matches(&[TASK_FAILED], HEARTBEAT_TIMEOUT));
    }

    #[test]
    fn an_empty_error_name_matches_only_wildcards() {
        assert!(matches(&[ALL], ""));
        assert!(matches(&[TASK_FAILED], ""));
        assert!(!matches(&["Other"], ""));
    }

    #[test]
    fn unknown_names_match_only_themselves() {
        assert!(!matches(&["State.ALL"], "CustomError"));
        assert!(matches(&["A", "CustomError"], "CustomError"));
        assert!(!matches(&["customerror"], "CustomError"));
        assert!(!matches::<&str>(&[], "CustomError"));
    }

    #[test]
    fn http_statuses_are_reserved() {
        assert!(is_reserved("States.Http.StatusCode.429"));
        assert!(is_reserved(ALL));
        assert!(!is_reserved("States.Al"));
    }
}
