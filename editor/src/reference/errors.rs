//! The meaning of the names of errors.

use stepwright_asl::errors;

/// The meaning of the name of an error, as one phrase.
pub(crate) fn error_meaning(name: &str) -> &'static str {
    match name {
        errors::ALL => "any error except States.Runtime and States.DataLimitExceeded of a payload",
        errors::TASK_FAILED => "any error of a task except States.Timeout",
        errors::TIMEOUT => "the task, or the execution, took longer than its time",
        errors::HEARTBEAT_TIMEOUT => "no heartbeat came in time",
        errors::PERMISSIONS => "the role lacks a permission",
        errors::RUNTIME => "the definition does not fit the data; no Retrier or Catcher handles it",
        errors::DATA_LIMIT_EXCEEDED => "a payload is larger than 256 KiB",
        errors::QUERY_EVALUATION_ERROR => "a JSONata expression failed",
        errors::PARAMETER_PATH_FAILURE => "a path in a payload template found nothing",
        errors::NO_CHOICE_MATCHED => "no rule of a Choice was true, and there is no Default",
        errors::BRANCH_FAILED => "a branch of a Parallel failed",
        errors::INTRINSIC_FAILURE => "an intrinsic function failed",
        errors::RESULT_PATH_MATCH_FAILURE => "ResultPath cannot be applied to the input",
        errors::ITEM_READER_FAILED => "the items of a Distributed Map could not be read",
        errors::RESULT_WRITER_FAILED => "the results of a Distributed Map could not be written",
        errors::EXCEED_TOLERATED_FAILURE_THRESHOLD => "more items failed than are tolerated",
        errors::HTTP_SOCKET => "an HTTP task had no response in time",
        _ if errors::is_reserved(name) => "an error of the service",
        _ => "the name of an error of a task",
    }
}
