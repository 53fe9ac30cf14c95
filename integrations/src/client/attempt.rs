//! Which failed calls are repeated, and when: the standard mode of the AWS SDKs.

use std::time::Duration;

use crate::protocol::ApiError;

/// The maximum number of attempts at one call.
pub(super) const MAX_ATTEMPTS: u32 = 3;

/// Codes of services that ask for less load.
const THROTTLING: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Codes that say that another attempt can succeed.
const TRANSIENT: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];

/// Returns whether the same call may succeed at once. Failed calls of Lambda are left to the
/// state's Retry, because a repeated call could run the function twice.
pub(super) fn is_repeated(service: &str, error: &ApiError) -> bool {
    is_temporary(error) && service != "lambda"
}

/// Returns whether another attempt can succeed.
pub(crate) fn is_temporary(error: &ApiError) -> bool {
    // A service that had awsQuery before has two codes.
    let codes = [Some(&error.code), error.name.as_ref()];
    let mut codes = codes.into_iter().flatten();
    codes.any(|code| is_transient(error.status, code))
}

/// Returns whether another attempt can succeed after an error with this status and code.
pub(crate) fn is_transient(status: u16, code: &str) -> bool {
    matches!(status, 500 | 502 | 503 | 504)
        || THROTTLING.contains(&code)
        || TRANSIENT.contains(&code)
}

/// Returns the time before an attempt; `attempt` is 1 for the second one. `jitter` is a random
/// number between 0 and 1.
pub(super) fn delay(attempt: u32, jitter: f64) -> Duration {
    const FIRST: Duration = Duration::from_millis(100);
    let most = FIRST * 2_u32.saturating_pow(attempt.saturating_sub(1).min(7));
    most.mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, status: u16) -> ApiError {
        ApiError {
            code: code.to_owned(),
            name: None,
            message: String::new(),
            status,
            request_id: String::new(),
            extended_request_id: None,
        }
    }

    #[test]
    fn throttling_and_server_errors_are_repeated_except_for_lambda() {
        for (code, status, expected) in [
            ("ThrottlingException", 400, true),
            ("InternalError", 500, true),
            ("503", 503, true),
            ("ThrottledException", 400, true),
            ("ValidationException", 400, false),
            ("ResourceNotFoundException", 404, false),
        ] {
            assert_eq!(
                is_repeated("dynamodb", &error(code, status)),
                expected,
                "{code}"
            );
            assert!(!is_repeated("lambda", &error(code, status)));
        }
    }

    #[test]
    fn delays_double_and_are_random() {
        assert_eq!(delay(1, 1.0), Duration::from_millis(100));
        assert_eq!(delay(2, 1.0), Duration::from_millis(200));
        assert_eq!(delay(2, 0.5), Duration::from_millis(100));
        assert!(delay(u32::MAX, 1.0) < Duration::from_secs(20));
    }
}
