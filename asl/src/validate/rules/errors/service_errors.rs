//! The error names of a service call.

use crate::integrations::{optimized, services};
use crate::resource::{IntegrationPattern, Resource, ResourceKind};
use crate::service_models::{CalledOperation, Models, exception_name};
use crate::similar::nearest;

/// Errors of the SDKs for Java that occur without a response of the service.
const CLIENT_ERRORS: &[&str] = &[
    "AbortedException",
    "ApiCallAttemptTimeoutException",
    "ApiCallTimeoutException",
    "ClientExecutionTimeoutException",
    "SdkClientException",
    "SdkException",
    "SdkServiceException",
];

/// The error names with which a service call can fail.
pub(super) struct ServiceErrors {
    /// All names, with their prefix.
    pub(super) names: Vec<String>,
    prefix: &'static str,
    /// Whether something other than the service may report errors: a function, a callback, a job.
    is_open: bool,
}

impl ServiceErrors {
    /// Returns the errors of a resource; `None` if they are unknown.
    pub(super) fn of(resource: &str) -> Option<ServiceErrors> {
        let parsed = Resource::parse(resource);
        let is_function = parsed.kind() == ResourceKind::Lambda && resource.starts_with("arn:");
        let called = match is_function {
            true => CalledOperation::of(crate::resource::LAMBDA_INVOKE)?,
            false => CalledOperation::of(resource)?,
        };
        let prefix = called.error_prefix;
        let model = Models::shared().find(called.service).ok()?;
        let mut names: Vec<String> = model
            .errors
            .values()
            .flat_map(|error| {
                // Optimized integrations use version 1 of the SDK, which keeps the case of names.
                let plain = (!called.is_sdk && error.ends_with("Exception")).then(|| error.clone());
                plain.into_iter().chain([exception_name(error)])
            })
            .chain(CLIENT_ERRORS.iter().map(|error| (*error).to_owned()))
            .chain([called.exception.clone()])
            .collect();
        match (called.service, called.is_sdk) {
            // Recorded for functions without the name of an error.
            ("lambda", false) => names.push("Unknown".to_owned()),
            ("events", false) => names.push("FailedEntry".to_owned()),
            _ => {}
        }
        names.sort_unstable();
        names.dedup();
        let is_lambda = called.service == "lambda";
        Some(ServiceErrors {
            names: names
                .into_iter()
                .map(|name| format!("{prefix}.{name}"))
                .collect(),
            prefix,
            is_open: is_lambda || parsed.pattern() != IntegrationPattern::RequestResponse,
        })
    }

    /// Returns the name of the call's error that another integration, or the API's documentation, writes as `error`.
    pub(super) fn correct(&self, error: &str) -> Option<&str> {
        let spellings = [
            error.to_owned(),
            format!("{error}Exception"),
            exception_name(error),
        ];
        spellings.iter().find_map(|spelling| {
            let name = format!("{}.{spelling}", self.prefix);
            let index = self.names.binary_search(&name).ok()?;
            self.names.get(index).map(String::as_str)
        })
    }

    /// Whether the call never fails with this error. A name that another program may report is possible.
    pub(super) fn never_has(&self, prefix: &str, error: &str) -> bool {
        let name = format!("{prefix}.{error}");
        if self.names.contains(&name) {
            return false;
        }
        let is_same_service = prefix.eq_ignore_ascii_case(self.prefix);
        if self.is_open {
            return is_same_service
                && nearest(&name, self.names.iter().map(String::as_str)).is_some();
        }
        is_same_service || is_prefix_of_service(prefix)
    }
}

/// Whether the errors of a service have this prefix, in any case.
fn is_prefix_of_service(prefix: &str) -> bool {
    let sdk = services().iter().map(|service| service.error_prefix());
    let optimized = optimized().iter().filter_map(|action| action.error_prefix);
    sdk.chain(optimized)
        .any(|known| known.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::find;

    #[test]
    fn recorded_errors_are_possible() {
        for (action, error) in [
            ("aws-sdk:dynamodb:putItem", "DynamoDb.DynamoDbException"),
            (
                "aws-sdk:dynamodb:putItem",
                "DynamoDb.ResourceNotFoundException",
            ),
            ("aws-sdk:sfn:sendTaskSuccess", "Sfn.InvalidTokenException"),
            ("dynamodb:putItem", "DynamoDB.AmazonDynamoDBException"),
            (
                "dynamodb:putItem",
                "DynamoDB.ConditionalCheckFailedException",
            ),
            ("sqs:sendMessage", "SQS.AmazonSQSException"),
            ("sqs:sendMessage", "SQS.SdkClientException"),
            ("sns:publish", "SNS.InvalidParameterException"),
            (
                "states:startExecution",
                "StepFunctions.StateMachineDoesNotExistException",
            ),
            ("lambda:invoke", "Lambda.TooManyRequestsException"),
            ("lambda:invoke", "Lambda.AWSLambdaException"),
            ("lambda:invoke", "DynamoDB.Anything"),
            ("lambda:invoke", "Charge.Declined"),
            ("sqs:sendMessage.waitForTaskToken", "DynamoDB.Anything"),
        ] {
            let errors = ServiceErrors::of(&format!("arn:aws:states:::{action}"));
            let (prefix, name) = error.split_once('.').expect("the name has a prefix");
            assert!(
                !errors.expect("the call is known").never_has(prefix, name),
                "{error}"
            );
        }
    }

    #[test]
    fn all_optimized_integrations_have_known_prefixes() {
        for action in optimized()
            .iter()
            .filter(|action| action.error_prefix.is_some())
        {
            let resource = format!("arn:aws:states:::{}", action.resource);
            if let Ok(found) = find(&resource, false)
                && let Some(errors) = ServiceErrors::of(&resource)
            {
                assert_eq!(found.error_prefix(), Some(errors.prefix), "{resource}");
            }
        }
    }
}
