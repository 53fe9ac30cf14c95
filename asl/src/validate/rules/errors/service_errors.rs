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

/// The prefixes of SDK integrations for which the evidence conflicts: that of AWS's table
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>), and
/// another one. The table follows the clients of the SDK for Java: `DynamoDb` for `DynamoDbClient`.
/// TestState returned `Sqs` (the tests of <https://github.com/iwamot/sfnx>), and reports of users
/// have `SQS`.
const SECOND_PREFIXES: &[(&str, &str)] = &[("Sqs", "SQS")];

/// The error names with which a service call can fail.
pub(super) struct ServiceErrors {
    /// All names, with their prefix.
    pub(super) names: Vec<String>,
    prefix: &'static str,
    /// Another prefix that the errors may have.
    second_prefix: Option<&'static str>,
    /// Whether something other than the service may report errors: a function, a callback, a job.
    is_open: bool,
}

impl ServiceErrors {
    /// Returns the errors of a resource; `None` if they are unknown.
    pub(super) fn of(resource: &str) -> Option<ServiceErrors> {
        let parsed = Resource::parse(resource);
        let is_function = parsed.kind() == ResourceKind::Lambda && resource.starts_with("arn:");
        let called = if is_function {
            CalledOperation::of(crate::resource::LAMBDA_INVOKE)?
        } else {
            CalledOperation::of(resource)?
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
        let second = SECOND_PREFIXES.iter().find(|(first, _)| *first == prefix);
        let second_prefix = second.map(|(_, second)| *second).filter(|_| called.is_sdk);
        let mut names: Vec<String> = [prefix]
            .into_iter()
            .chain(second_prefix)
            .flat_map(|prefix| names.iter().map(move |name| format!("{prefix}.{name}")))
            .collect();
        names.sort_unstable();
        Some(ServiceErrors {
            names,
            prefix,
            second_prefix,
            is_open: is_lambda || parsed.pattern() != IntegrationPattern::RequestResponse,
        })
    }

    /// Returns the name of the call's error that another integration, or the API's documentation,
    /// writes as `error`. It has the prefix of the definition, if that may be right.
    pub(super) fn correct(&self, prefix: &str, error: &str) -> Option<&str> {
        let second = self.second_prefix.filter(|second| *second == prefix);
        let prefix = second.unwrap_or(self.prefix);
        let spellings = [
            error.to_owned(),
            format!("{error}Exception"),
            exception_name(error),
        ];
        spellings.iter().find_map(|spelling| {
            let name = format!("{prefix}.{spelling}");
            let index = self.names.binary_search(&name).ok()?;
            self.names.get(index).map(String::as_str)
        })
    }

    /// Whether the call never fails with this error. A name that another program may report is
    /// possible.
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
            // Both are reported.
            ("aws-sdk:sqs:sendMessage", "Sqs.QueueDoesNotExistException"),
            ("aws-sdk:sqs:sendMessage", "SQS.QueueDoesNotExistException"),
            ("aws-sdk:sqs:sendMessage", "Sqs.SqsException"),
            ("aws-sdk:sqs:sendMessage", "SQS.SqsException"),
            // TestState returned these on 2026-09-24: the tests of https://github.com/iwamot/sfnx.
            ("aws-sdk:s3:getObject", "S3.NoSuchBucketException"),
            ("aws-sdk:sfn:startExecution", "Sfn.InvalidArnException"),
            ("aws-sdk:rds:startDBInstance", "Rds.RdsException"),
            ("aws-sdk:ec2:describeInstances", "Ec2.Ec2Exception"),
            (
                "aws-sdk:apigateway:getRestApi",
                "ApiGateway.ApiGatewayException",
            ),
            ("aws-sdk:lambda:invoke", "Lambda.LambdaException"),
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
    fn a_correction_retains_a_prefix_that_may_be_right() {
        for (action, prefix, error, correct) in [
            (
                "aws-sdk:sqs:sendMessage",
                "SQS",
                "QueueDoesNotExist",
                "SQS.QueueDoesNotExistException",
            ),
            (
                "aws-sdk:sqs:sendMessage",
                "Sqs",
                "QueueDoesNotExist",
                "Sqs.QueueDoesNotExistException",
            ),
            (
                "aws-sdk:sqs:sendMessage",
                "sqs",
                "QueueDoesNotExist",
                "Sqs.QueueDoesNotExistException",
            ),
            (
                "aws-sdk:sns:publish",
                "SNS",
                "NotFoundException",
                "Sns.NotFoundException",
            ),
            (
                "aws-sdk:dynamodb:putItem",
                "DynamoDB",
                "DynamoDbException",
                "DynamoDb.DynamoDbException",
            ),
        ] {
            let errors = ServiceErrors::of(&format!("arn:aws:states:::{action}"));
            let errors = errors.expect("the call is known");
            assert!(errors.never_has(prefix, error), "{action} {prefix}.{error}");
            assert_eq!(errors.correct(prefix, error), Some(correct), "{action}");
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
