//! The operation of an API that a Task calls.

use super::Models;
use super::optimized_service::OptimizedService;
use crate::integrations::{Integration, ResolvedResource, find};

/// The operation that a service integration calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledOperation {
    /// The service's name in botocore.
    pub service: &'static str,
    /// The name of the operation, with a lower-case first letter.
    pub action: String,
    /// Whether it is an AWS SDK integration.
    pub is_sdk: bool,
    /// The prefix of its error names.
    pub error_prefix: &'static str,
    /// The name of errors that the model does not have.
    pub exception: String,
    /// Arguments that only the integration has.
    pub further_arguments: &'static [&'static str],
}

impl CalledOperation {
    /// Returns the operation of a resource. `None` for functions, activities, HTTP endpoints and
    /// integrations whose arguments differ from the API's.
    pub fn of(resource: &str) -> Option<CalledOperation> {
        CalledOperation::of_integration(&find(resource, false).ok()?)
    }

    /// Returns the argument with which the service recognizes a repeated request, if its model has
    /// one.
    pub fn idempotency_token(&self) -> Option<String> {
        let model = Models::shared().find(self.service).ok()?;
        let operation = model.operations.get(&self.action)?;
        let mut members = model.structure(operation.input)?.members.iter();
        let token = members.find(|member| member.is_idempotency_token)?;
        Some(if self.is_sdk {
            token.sdk_name.clone()
        } else {
            token.optimized_name.clone()
        })
    }

    fn of_integration(integration: &Integration<'_>) -> Option<CalledOperation> {
        let error_prefix = integration.error_prefix()?;
        let (name, action) = (integration.service(), integration.action());
        match integration.kind() {
            ResolvedResource::Sdk(service) => Some(CalledOperation {
                service: service.command()?,
                action: action.to_owned(),
                is_sdk: true,
                error_prefix,
                exception: format!("{error_prefix}Exception"),
                further_arguments: &[],
            }),
            ResolvedResource::Optimized(_) => {
                let service = OptimizedService::find(name)?;
                let (model, action) = match (name, action) {
                    // These call the API of a Kubernetes cluster.
                    ("eks", "call" | "runJob") => return None,
                    ("elasticmapreduce", "createCluster") => ("emr", "runJobFlow"),
                    // One cluster or step instead of a list.
                    ("elasticmapreduce", _) => return None,
                    ("bedrock", "invokeModel") => ("bedrock-runtime", action),
                    _ => (service.model, action),
                };
                Some(CalledOperation {
                    service: model,
                    action: action.to_owned(),
                    is_sdk: false,
                    error_prefix,
                    exception: service.exception.to_owned(),
                    further_arguments: match (name, action) {
                        ("bedrock", "invokeModel") => &["Input", "Output"],
                        _ => &[],
                    },
                })
            }
            ResolvedResource::Function(_) | ResolvedResource::Activity(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::optimized;
    use crate::service_models::Models;

    /// Returns the operation of each optimized integration that calls an API.
    fn called() -> impl Iterator<Item = CalledOperation> {
        let actions = optimized()
            .iter()
            .filter(|action| !action.action().is_empty());
        actions.filter_map(|action| {
            CalledOperation::of(&format!("arn:aws:states:::{}", action.resource))
        })
    }

    #[test]
    fn each_operation_is_in_its_model() {
        let models = Models::embedded();
        let mut count = 0;
        for called in called() {
            let model = models.find(called.service).expect("the model exists");
            assert!(model.operations.contains_key(&called.action), "{called:?}");
            count += 1;
        }
        assert!(count > 40, "{count}");
    }

    #[test]
    fn a_model_names_the_argument_that_makes_a_request_idempotent() {
        let token = |resource: &str| CalledOperation::of(resource)?.idempotency_token();
        let run_task = token("arn:aws:states:::aws-sdk:ecs:runTask");
        assert_eq!(run_task.as_deref(), Some("ClientToken"));
        assert_eq!(token("arn:aws:states:::sqs:sendMessage"), None);
    }

    #[test]
    fn sdk_integrations_have_the_names_of_botocore() {
        let called = CalledOperation::of("arn:aws:states:::aws-sdk:sfn:startExecution");
        let called = called.expect("it is an operation");
        assert_eq!(
            (
                called.service,
                called.action.as_str(),
                called.exception.as_str()
            ),
            ("stepfunctions", "startExecution", "SfnException")
        );
        for other in [
            "arn:aws:lambda:us-east-1:123456789012:function:f",
            "arn:aws:states:::http:invoke",
            "arn:aws:states:us-east-1:123456789012:activity:a",
        ] {
            assert_eq!(CalledOperation::of(other), None);
        }
    }
}
