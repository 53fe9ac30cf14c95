//! Makes answers that AWS accepts.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html>: `error` has at most 256 characters, `cause` 32,768;
//! SendTaskSuccess's `output` 262,144 bytes.

use serde_json::json;
use stepwright::asl::limits::MAX_PAYLOAD_BYTES;
use stepwright::task::TaskFailure;

use crate::task_function::TaskResult;

const ERROR_CHARACTERS: usize = 256;
const CAUSE_CHARACTERS: usize = 32_768;
const OUTPUT_BYTES: usize = MAX_PAYLOAD_BYTES as usize;

/// Returns the output's text, or the failure in a form that AWS accepts. A task whose output is too
/// large for AWS would wait until it times out; so it fails immediately, as a Lambda function's
/// result that is too large does.
pub(super) fn answer(activity: &str, result: TaskResult) -> Result<String, TaskFailure> {
    let output = result.map_err(failure)?;
    if output.len() <= OUTPUT_BYTES {
        return Ok(output);
    }
    let cause = format!(
        "The state/task '{activity}' returned a result with a size exceeding the maximum number of bytes service limit."
    );
    Err(TaskFailure::new("States.DataLimitExceeded", cause))
}

/// Truncates the failure to AWS's limits.
pub(super) fn failure(failure: TaskFailure) -> TaskFailure {
    let TaskFailure { error, cause } = failure;
    let error = error.map(|error| cut(error, ERROR_CHARACTERS));
    // Only fields make it longer, and truncated fields are not valid JSON.
    let cause = cause.map(|cause| match length(&cause) {
        length if length <= CAUSE_CHARACTERS => cause,
        length => json!({
            "errorType": error,
            "errorMessage": format!(
                "the cause has {length} characters, more than the {CAUSE_CHARACTERS} of Step Functions; shorten the fields of this error"
            ),
        })
        .to_string(),
    });
    TaskFailure { error, cause }
}

/// Returns the length as AWS and Java count it: in UTF-16 code units.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn cut(mut text: String, most: usize) -> String {
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, character)| {
        units += character.len_utf16();
        (units > most).then_some(at)
    });
    if let Some(end) = end {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_within_the_limits_is_sent_unchanged() {
        let output = answer("a", Ok("1".repeat(262_144)));
        assert_eq!(output.unwrap().len(), 262_144);
        let fits = TaskFailure::new("E".repeat(256), "🦀".repeat(CAUSE_CHARACTERS / 2));
        assert_eq!(failure(fits.clone()), fits);
    }

    #[test]
    fn an_output_that_is_too_large_fails_the_task() {
        let failure = answer("arn:a", Ok("1".repeat(262_145))).unwrap_err();
        assert_eq!(failure.error.as_deref(), Some("States.DataLimitExceeded"));
        assert!(failure.cause.unwrap().contains("'arn:a'"));
    }

    #[test]
    fn a_cause_that_is_too_long_is_replaced_and_the_error_remains() {
        let long = TaskFailure::new("E", "🦀".repeat(CAUSE_CHARACTERS));
        let cut = failure(long);
        assert_eq!(cut.error.as_deref(), Some("E"));
        assert!(cut.cause.unwrap().contains("has 65536 characters"));
    }

    #[test]
    fn a_long_error_name_is_truncated_at_a_character_boundary() {
        let cut = failure(TaskFailure::new(format!("{}🦀", "E".repeat(255)), ""));
        assert_eq!(cut.error.unwrap(), "E".repeat(255));
    }
}
