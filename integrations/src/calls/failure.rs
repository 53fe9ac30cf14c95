//! The error names and causes of failed calls.

use stepwright_engine::task::TaskFailure;

use super::action::Style;
use crate::client::CallError;
use crate::models::exception_name;
use crate::protocol::ApiError;

/// Returns the failure of a task, as Step Functions writes it.
pub(super) fn failure(style: Style, error: CallError) -> TaskFailure {
    let prefix = style.prefix();
    match error {
        CallError::Client(message, attempts) => {
            let cause = match style.optimized() {
                Some(_) => message,
                None => format!("{message} (SDK Attempt Count: {attempts})"),
            };
            TaskFailure::new(format!("{prefix}.SdkClientException"), cause)
        }
        CallError::TooLarge(message) => {
            TaskFailure::new(format!("{prefix}.SdkClientException"), message)
        }
        CallError::Api(error, attempts) => match style.optimized() {
            Some(names) => {
                let name = error.name.as_deref().map(exception_name);
                let ApiError {
                    code,
                    message,
                    status,
                    request_id,
                    ..
                } = error;
                TaskFailure::new(
                    format!("{prefix}.{}", name.as_deref().unwrap_or(names.exception)),
                    format!(
                        "{message} (Service: {}; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; Proxy: null)",
                        names.service
                    ),
                )
            }
            None => {
                let name = error.name.as_deref().map(exception_name);
                let name = name.unwrap_or_else(|| format!("{prefix}Exception"));
                let ApiError {
                    message,
                    status,
                    request_id,
                    extended_request_id,
                    ..
                } = error;
                let extended = extended_request_id
                    .map(|id| format!(", Extended Request ID: {id}"))
                    .unwrap_or_default();
                TaskFailure::new(
                    format!("{prefix}.{name}"),
                    format!(
                        "{message} (Service: {prefix}, Status Code: {status}, Request ID: {request_id}{extended}) (SDK Attempt Count: {attempts})"
                    ),
                )
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::OptimizedNames;
    use super::*;

    const DYNAMODB: Style = Style::Optimized(OptimizedNames {
        prefix: "DynamoDB",
        exception: "AmazonDynamoDBException",
        service: "AmazonDynamoDBv2",
    });

    fn refused(code: &str, name: Option<&str>, message: &str) -> CallError {
        let error = ApiError {
            code: code.to_owned(),
            name: name.map(str::to_owned),
            message: message.to_owned(),
            status: 400,
            request_id: "ID".to_owned(),
            extended_request_id: None,
        };
        CallError::Api(error, 1)
    }

    fn shown(failure: &TaskFailure) -> (&str, &str) {
        (
            failure.error.as_deref().unwrap_or_default(),
            failure.cause.as_deref().unwrap_or_default(),
        )
    }

    #[test]
    fn errors_are_those_of_recordings() {
        let null = "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null";
        let optimized = failure(DYNAMODB, refused("ValidationException", None, null));
        assert_eq!(
            shown(&optimized),
            (
                "DynamoDB.AmazonDynamoDBException",
                &*format!(
                    "{null} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: ID; Proxy: null)"
                )
            )
        );
        let sdk = failure(
            Style::Sdk("DynamoDb"),
            refused("ValidationException", None, null),
        );
        assert_eq!(
            shown(&sdk),
            (
                "DynamoDb.DynamoDbException",
                &*format!(
                    "{null} (Service: DynamoDb, Status Code: 400, Request ID: ID) (SDK Attempt Count: 1)"
                )
            )
        );
        let missing = refused("InvalidParameter", Some("InvalidParameterException"), "no");
        let sns = Style::Optimized(OptimizedNames {
            prefix: "SNS",
            exception: "AmazonSNSException",
            service: "AmazonSNS",
        });
        assert_eq!(
            shown(&failure(sns, missing)),
            (
                "SNS.InvalidParameterException",
                "no (Service: AmazonSNS; Status Code: 400; Error Code: InvalidParameter; Request ID: ID; Proxy: null)"
            )
        );
    }
}
