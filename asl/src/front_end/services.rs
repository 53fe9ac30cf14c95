//! Calls of AWS services: the resource and the names of its arguments.

use crate::integrations::{ArgumentFaultKind, IntegrationPattern, lookup};
use crate::resource::Resource;
use crate::substitution::is_substitution;

/// A problem of a service call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProblem {
    /// The message.
    pub message: String,
    /// The help: a similar name, if there is one.
    pub help: Option<String>,
    /// The code of the rule for the same problem in ASL.
    pub code: &'static str,
    /// The index of the argument, unless the resource is unknown or an argument is missing.
    pub argument: Option<usize>,
    /// Whether the resource is unknown.
    pub is_resource: bool,
}

/// The resource with `.waitForTaskToken`, if the call waits for its task token.
pub fn waiting_resource(resource: &str, waits_for_token: bool) -> String {
    let pattern = IntegrationPattern::WaitForTaskToken;
    if waits_for_token && Resource::parse(resource).pattern() != pattern {
        format!("{resource}{}", pattern.suffix())
    } else {
        resource.to_owned()
    }
}

/// Checks a resource, and the names of its arguments if they are known, with the tables of AWS's
/// services. A resource with a `${substitution}` has no problems.
pub fn check_service(resource: &str, arguments: Option<&[&str]>) -> Vec<ServiceProblem> {
    if is_substitution(resource) {
        return Vec::new();
    }
    let found = match lookup(resource) {
        Ok(found) => found,
        Err(unknown) => {
            return vec![ServiceProblem {
                message: unknown.to_string(),
                help: None,
                code: "SW041",
                argument: None,
                is_resource: true,
            }];
        }
    };
    let names = arguments.unwrap_or_default();
    let faults = arguments.map(|names| found.check_arguments(names.iter().copied()));
    let problems = faults.into_iter().flatten().map(|fault| {
        let is_missing = fault.kind == ArgumentFaultKind::Missing;
        ServiceProblem {
            message: fault.to_string(),
            help: fault.suggestion(),
            code: if is_missing { "SW143" } else { "SW049" },
            argument: names
                .iter()
                .position(|name| !is_missing && *name == fault.name),
            is_resource: false,
        }
    });
    problems.collect()
}

/// The problem of a name that a Retrier or a Catcher of a service call has: the call never fails
/// with an error that has another prefix than the service.
///
/// Calls that wait for a job or a task token fail with names of others, and so do Lambda functions.
pub fn check_service_error(resource: &str, error: &str) -> Option<String> {
    if is_substitution(resource) || is_substitution(error) || error.starts_with("States.") {
        return None;
    }
    let found = lookup(resource).ok()?;
    let is_of_function = matches!(found.service(), "lambda" | "states" | "http");
    if found.pattern() != IntegrationPattern::RequestResponse || is_of_function {
        return None;
    }
    let prefix = found.error_prefix()?;
    let (own, name) = error.split_once('.').unwrap_or(("", error));
    (own != prefix).then(|| {
        format!(
            "the errors of `{}` begin with `{prefix}.`, so it never fails with `{error}`: write `{prefix}.{name}`",
            found.service()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_another_service_is_reported() {
        let put = "arn:aws:states:::dynamodb:putItem";
        let name = "DynamoDB.ConditionalCheckFailedException";
        assert_eq!(check_service_error(put, name), None);
        assert_eq!(check_service_error(put, "States.TaskFailed"), None);
        for wrong in [
            "DynamoDb.ConditionalCheckFailedException",
            "ConditionalCheckFailedException",
        ] {
            let problem = check_service_error(put, wrong);
            assert!(problem.is_some_and(|text| text.ends_with(&format!("write `{name}`"))));
        }
        let sdk = "arn:aws:states:::aws-sdk:dynamodb:putItem";
        assert!(check_service_error(sdk, name).is_some());
        assert_eq!(
            check_service_error("arn:aws:states:::lambda:invoke", "Other"),
            None
        );
        let waits = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
        assert_eq!(check_service_error(waits, "Rejected"), None);
    }

    #[test]
    fn unknown_resources_and_arguments_are_reported() {
        let send = "arn:aws:states:::sqs:sendMessage";
        assert_eq!(check_service(send, None), []);
        assert_eq!(check_service(send, Some(&["QueueUrl", "MessageBody"])), []);
        let found = check_service(send, Some(&["MessageBody", "QueueUri"]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].argument, found[0].code), (Some(1), "SW049"));
        assert_eq!(found[0].help.as_deref(), Some("did you mean `QueueUrl`?"));
        let found = check_service("arn:aws:states:::sqs:sendMesage", Some(&["QueueUri"]));
        assert_eq!(found.len(), 1);
        assert!(found[0].is_resource && found[0].code == "SW041");
        assert_eq!(check_service("${Resource}", Some(&["QueueUri"])), []);
    }

    #[test]
    fn the_task_token_suffix_is_added_only_once() {
        let send = "arn:aws:states:::sqs:sendMessage";
        let waiting = format!("{send}.waitForTaskToken");
        assert_eq!(waiting_resource(send, false), send);
        assert_eq!(waiting_resource(send, true), waiting);
        assert_eq!(waiting_resource(&waiting, true), waiting);
    }
}
