//! Finds the API operation that a task calls, and the style of its results and errors.

use stepwright_asl::integrations::{lookup, services};
use stepwright_asl::service_models::OptimizedService;
use stepwright_engine::task::{Resource, ResourceKind};

use crate::protocol::Naming;

/// The operation that a task calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceAction {
    /// The service's name in botocore.
    pub(super) service: &'static str,
    pub(super) action: String,
    pub(super) style: Style,
}

/// How the results and the errors of an integration look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `arn:aws:states:::aws-sdk:`, with the prefix of its errors: as the AWS SDK for Java 2 writes
    /// them.
    Sdk(&'static str),
    /// As version 1 of the SDK for Java writes them.
    Optimized(OptimizedNames),
    /// A function whose ARN is the resource: the result is what the function returns.
    Function,
}

/// The names of an optimized integration in errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OptimizedNames {
    /// The prefix of error names.
    pub(super) prefix: &'static str,
    /// The name of errors that the model does not have: `AmazonDynamoDBException`.
    pub(super) exception: &'static str,
    /// The service in causes: `AmazonDynamoDBv2`.
    pub(super) service: &'static str,
}

impl ServiceAction {
    /// Returns the operation of a resource. None for resources that are no calls of an API:
    /// activities, nested executions, HTTP endpoints.
    pub(super) fn of(resource: &Resource) -> Option<Self> {
        match resource.kind() {
            ResourceKind::Activity => return None,
            ResourceKind::Lambda => {
                return Some(Self {
                    service: "lambda",
                    action: "invoke".to_owned(),
                    style: Style::Function,
                });
            }
            ResourceKind::Service => {}
        }
        let action = resource.plain_action();
        if let Some(name) = resource.service().strip_prefix("aws-sdk:") {
            // The engine answers them.
            if name == "sfn" {
                return None;
            }
            let service = services().iter().find(|service| service.name() == name)?;
            return Some(Self {
                service: service.command()?,
                action: action.to_owned(),
                style: Style::Sdk(service.error_prefix()),
            });
        }
        let prefix = lookup(resource.as_str()).ok()?.error_prefix()?;
        let known = OptimizedService::find(resource.service())?;
        let service = match (known.name, action) {
            ("bedrock", "invokeModel") => "bedrock-runtime",
            // They call the API of a Kubernetes cluster, or the engine answers them.
            ("eks", "call" | "runJob") | ("states", _) => return None,
            _ => known.model,
        };
        Some(Self {
            service,
            action: action.to_owned(),
            style: Style::Optimized(OptimizedNames {
                prefix,
                exception: known.exception,
                service: known.in_causes,
            }),
        })
    }
}

impl Style {
    pub(super) fn naming(self) -> Naming {
        match self {
            Self::Sdk(_) => Naming::Sdk,
            Self::Optimized(_) | Self::Function => Naming::Optimized,
        }
    }

    /// The names of an optimized integration; those of Lambda for a function.
    pub(super) fn optimized(self) -> Option<OptimizedNames> {
        match self {
            Self::Sdk(_) => None,
            Self::Optimized(names) => Some(names),
            Self::Function => Some(OptimizedNames {
                prefix: "Lambda",
                exception: "AWSLambdaException",
                service: "AWSLambda",
            }),
        }
    }

    /// The prefix of error names.
    pub(super) fn prefix(self) -> &'static str {
        match (self, self.optimized()) {
            (Self::Sdk(prefix), _) => prefix,
            (_, Some(names)) => names.prefix,
            (_, None) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use stepwright_asl::integrations::optimized;

    use super::*;

    fn of(resource: &str) -> Option<ServiceAction> {
        ServiceAction::of(&Resource::parse(resource))
    }

    #[test]
    fn resources_name_an_operation_and_a_style() {
        let put = of("arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents").expect("it is a call");
        assert_eq!((put.service, put.action.as_str()), ("logs", "putLogEvents"));
        assert_eq!(put.style, Style::Sdk("CloudWatchLogs"));
        let run = of("arn:aws:states:::ecs:runTask.sync").expect("it is a call");
        assert_eq!((run.service, run.action.as_str()), ("ecs", "runTask"));
        assert_eq!(run.style.prefix(), "ECS");
        let ask = of("arn:aws:states:::bedrock:invokeModel").expect("it is a call");
        assert_eq!(ask.service, "bedrock-runtime");
        let function = of("arn:aws:lambda:us-east-1:123456789012:function:charge");
        assert_eq!(function.map(|call| call.style), Some(Style::Function));
        for other in [
            "arn:aws:states:::states:startExecution",
            "arn:aws:states:::aws-sdk:sfn:startExecution",
            "arn:aws:states:::http:invoke",
            "arn:aws:states:::eks:call",
            "arn:aws:states:us-east-1:123456789012:activity:a",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn each_optimized_integration_has_names_or_is_listed_as_another_kind_of_call() {
        let others = ["apigateway", "bedrockagentcore", "http", "states"];
        let services = optimized()
            .iter()
            .filter(|action| action.service() != "s3" && !action.action().is_empty());
        for action in services {
            let resource = format!("arn:aws:states:::{}:{}", action.service(), action.action());
            let is_other =
                others.contains(&action.service()) || matches!(action.action(), "call" | "runJob");
            assert_eq!(of(&resource).is_none(), is_other, "{resource}");
        }
    }
}
