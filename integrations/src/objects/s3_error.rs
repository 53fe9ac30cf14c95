//! The errors of S3 as those of an object store.

use stepwright_engine::objects::ObjectError;

use crate::client::CallError;
use crate::protocol::ApiError;

/// The code of an upload that was completed or aborted, or that never existed.
pub(super) const NO_SUCH_UPLOAD: &str = "NoSuchUpload";

/// Returns the error of a call. Other errors of S3 than those that the engine formats have the
/// message that Step Functions writes.
pub(super) fn object_error(error: CallError) -> ObjectError {
    match error {
        CallError::Client(message, _) | CallError::TooLarge(message) => ObjectError::Other(message),
        CallError::Api(error, _) => match error.code.as_str() {
            "NoSuchBucket" => ObjectError::NoSuchBucket,
            "NoSuchKey" => ObjectError::NoSuchKey,
            "AccessDenied" => ObjectError::AccessDenied,
            _ => ObjectError::Other(message(&error)),
        },
    }
}

fn message(error: &ApiError) -> String {
    let ApiError {
        code,
        message,
        status,
        request_id,
        ..
    } = error;
    format!(
        "{message} (Service: Amazon S3; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; Proxy: null)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str, status: u16) -> ObjectError {
        object_error(CallError::Api(
            ApiError {
                code: code.to_owned(),
                name: None,
                message: "Something failed".to_owned(),
                status,
                request_id: "ID".to_owned(),
                extended_request_id: None,
            },
            1,
        ))
    }

    #[test]
    fn codes_of_s3_are_the_errors_of_stores() {
        assert_eq!(of("NoSuchBucket", 404), ObjectError::NoSuchBucket);
        assert_eq!(of("NoSuchKey", 404), ObjectError::NoSuchKey);
        assert_eq!(of("AccessDenied", 403), ObjectError::AccessDenied);
        assert_eq!(
            of("InvalidAccessKeyId", 403).to_string(),
            "Something failed (Service: Amazon S3; Status Code: 403; Error Code: InvalidAccessKeyId; Request ID: ID; Proxy: null)"
        );
        let lost = CallError::Client("Unable to execute HTTP request: refused".to_owned(), 3);
        assert_eq!(
            object_error(lost).to_string(),
            "Unable to execute HTTP request: refused"
        );
    }
}
