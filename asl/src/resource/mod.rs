//! The `Resource` of a Task: a function, an activity, or a service integration with its pattern.
//!
//! ```
//! use stepwright_asl::resource::{IntegrationPattern, Resource, ResourceKind};
//!
//! let resource = Resource::parse("arn:aws:states:::sqs:sendMessage.waitForTaskToken");
//! assert_eq!(resource.kind(), ResourceKind::Service);
//! assert_eq!((resource.service(), resource.plain_action()), ("sqs", "sendMessage"));
//! assert_eq!(resource.pattern(), IntegrationPattern::WaitForTaskToken);
//!
//! let resource = Resource::parse("arn:aws:lambda:us-east-1:123456789012:function:charge");
//! assert_eq!((resource.kind(), resource.name()), (ResourceKind::Lambda, Some("charge")));
//! ```
//!
//! Sources: <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>.

mod pattern;

use std::fmt;

pub use pattern::IntegrationPattern;

/// The integration that invokes a Lambda function by its name.
pub const LAMBDA_INVOKE: &str = "arn:aws:states:::lambda:invoke";
/// The integration that starts an execution of a state machine.
pub const START_EXECUTION: &str = "arn:aws:states:::states:startExecution";
/// The integration that starts an execution of an Express state machine and waits for its end.
pub const START_SYNC_EXECUTION: &str = "arn:aws:states:::aws-sdk:sfn:startSyncExecution";

/// A parsed `Resource`. Every text can be parsed; [`validate`](crate::validate) and, with the
/// feature, `integrations` check whether AWS knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'t> {
    text: &'t str,
    kind: ResourceKind,
    partition: &'t str,
    /// Only for functions and activities.
    name: Option<&'t str>,
    /// The text after `arn:aws:states:::`.
    integration: Option<&'t str>,
    pattern: IntegrationPattern,
}

/// The kind of a resource. It determines the history events of a Task and how it is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// The ARN of a Lambda function: `LambdaFunction*` events; the function returns the result.
    Lambda,
    /// The ARN of an activity: `Activity*` events; a worker returns the result.
    Activity,
    /// A service integration, `arn:aws:states:::service:action`: `Task*` events.
    Service,
}

impl<'t> Resource<'t> {
    /// Parses a text. A text that is not an ARN, such as the placeholder `${ReviewActivityArn}`,
    /// counts as an activity if it contains `activity`, otherwise as a function.
    ///
    /// ```
    /// use stepwright_asl::resource::{Resource, ResourceKind};
    ///
    /// assert_eq!(Resource::parse("${ReviewActivityArn}").kind(), ResourceKind::Activity);
    /// assert_eq!(Resource::parse("${ChargeArn}").kind(), ResourceKind::Lambda);
    /// ```
    pub fn parse(text: &'t str) -> Resource<'t> {
        let mut resource = Resource {
            text,
            kind: ResourceKind::Lambda,
            partition: "",
            name: None,
            integration: None,
            pattern: IntegrationPattern::RequestResponse,
        };
        let Some(rest) = text.strip_prefix("arn:") else {
            if text.to_ascii_lowercase().contains("activity") {
                resource.kind = ResourceKind::Activity;
            }
            return resource;
        };
        if let Some((partition, integration)) = rest.split_once(":states:::") {
            resource.kind = ResourceKind::Service;
            resource.partition = partition;
            resource.integration = Some(integration);
            resource.pattern = IntegrationPattern::of(integration);
            return resource;
        }
        let owned = [
            (":lambda:", ":function:", ResourceKind::Lambda),
            (":states:", ":activity:", ResourceKind::Activity),
        ];
        for (service, mark, kind) in owned {
            if let Some((partition, name)) = named(rest, service, mark) {
                resource.kind = kind;
                resource.partition = partition;
                resource.name = Some(name);
                break;
            }
        }
        resource
    }

    /// The text in the definition.
    pub fn as_str(&self) -> &'t str {
        self.text
    }

    /// The kind of the resource.
    pub fn kind(&self) -> ResourceKind {
        self.kind
    }

    /// The partition of the ARN, such as `aws` or `aws-cn`; empty if the text is not an ARN of a
    /// known form.
    pub fn partition(&self) -> &'t str {
        self.partition
    }

    /// The name of the function or activity, if the text is its ARN.
    pub fn name(&self) -> Option<&'t str> {
        self.name
    }

    /// The text after `arn:aws:states:::`, such as `sqs:sendMessage.waitForTaskToken`; `None` if
    /// the text is not a service integration.
    pub fn integration(&self) -> Option<&'t str> {
        self.integration
    }

    /// The integration without the suffix of the pattern: `sqs:sendMessage`.
    pub fn plain_integration(&self) -> Option<&'t str> {
        self.integration.map(|text| self.plain(text))
    }

    /// The pattern, which determines the event that the Task waits for.
    pub fn pattern(&self) -> IntegrationPattern {
        self.pattern
    }

    /// The text without the suffix of the pattern.
    pub fn base(&self) -> &'t str {
        self.plain(self.text)
    }

    /// The `resourceType` in the history: `lambda`, `aws-sdk:dynamodb`. Empty unless it is a
    /// service integration.
    pub fn service(&self) -> &'t str {
        self.service_and_action().0
    }

    /// The `resource` in the history: `invoke`, `sendMessage.waitForTaskToken`. Empty unless it is
    /// a service integration.
    pub fn action(&self) -> &'t str {
        self.service_and_action().1
    }

    /// The action without the suffix of the pattern.
    pub fn plain_action(&self) -> &'t str {
        self.plain(self.action())
    }

    /// Whether this is `arn:aws:states:::lambda:invoke`, with any pattern.
    pub fn is_lambda_invoke(&self) -> bool {
        self.plain_integration() == Some("lambda:invoke")
    }

    /// Whether this starts an execution of a state machine, with any pattern or through the AWS
    /// SDK.
    pub fn starts_execution(&self) -> bool {
        matches!(
            self.plain_integration(),
            Some(
                "states:startExecution"
                    | "aws-sdk:sfn:startExecution"
                    | "aws-sdk:sfn:startSyncExecution"
            )
        )
    }

    /// The argument that names the call's target: `FunctionName` or `StateMachineArn`.
    pub fn target_key(&self) -> Option<&'static str> {
        if self.is_lambda_invoke() {
            Some("FunctionName")
        } else {
            self.starts_execution().then_some("StateMachineArn")
        }
    }

    fn plain(&self, text: &'t str) -> &'t str {
        text.strip_suffix(self.pattern.suffix()).unwrap_or(text)
    }

    fn service_and_action(&self) -> (&'t str, &'t str) {
        let Some(integration) = self.integration else {
            return ("", "");
        };
        // The pattern `.sync:2` has a colon, too.
        match self.plain(integration).rfind(':') {
            Some(colon) => (&integration[..colon], &integration[colon + 1..]),
            None => ("", integration),
        }
    }
}

/// Whether an action of a service only reads, by its first word. All services follow this
/// convention.
///
/// ```
/// use stepwright_asl::resource::action_reads;
///
/// assert!(action_reads("getItem") && action_reads("scan") && action_reads("listObjectsV2"));
/// assert!(!action_reads("putItem") && !action_reads("getaway") && !action_reads("listen"));
/// ```
pub fn action_reads(action: &str) -> bool {
    let words = [
        "batchGet", "describe", "get", "head", "list", "query", "scan", "search",
    ];
    let mut words = words.iter();
    words.any(|word| {
        let rest = action.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_lowercase()))
    })
}

/// Extracts the name of a Lambda function from an ARN, a partial ARN, or a name, each with or
/// without version or alias (`FunctionName` in AWS's reference of `Invoke`).
///
/// ```
/// use stepwright_asl::resource::function_name;
///
/// assert_eq!(function_name("arn:aws:lambda:us-east-1:123456789012:function:charge:live"), "charge");
/// assert_eq!(function_name("123456789012:function:charge"), "charge");
/// assert_eq!(function_name("charge:$LATEST"), "charge");
/// assert_eq!(function_name("${ChargeArn}"), "${ChargeArn}");
/// ```
pub fn function_name(text: &str) -> &str {
    match text.split_once(":function:") {
        Some((_, name)) => name.split(':').next().unwrap_or(name),
        // Other text with colons is not a function's name.
        None => match text.split_once(':') {
            Some((name, qualifier)) if !qualifier.contains(':') => name,
            _ => text,
        },
    }
}

/// The partition and the name in an ARN without `arn:`, such as
/// `aws:lambda:us-east-1:123456789012:function:charge`.
fn named<'t>(rest: &'t str, service: &str, mark: &str) -> Option<(&'t str, &'t str)> {
    let (head, name) = rest.split_once(mark)?;
    let (partition, owner) = head.split_once(service)?;
    (owner.contains(':') && !name.is_empty()).then_some((partition, name))
}

/// The text in the definition.
impl fmt::Display for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrations_have_service_action_and_pattern() {
        let parts = |text| {
            let resource = Resource::parse(text);
            (resource.service(), resource.action(), resource.pattern())
        };
        let plain = IntegrationPattern::RequestResponse;
        assert_eq!(
            parts("arn:aws:states:::aws-sdk:dynamodb:putItem"),
            ("aws-sdk:dynamodb", "putItem", plain)
        );
        assert_eq!(
            parts("arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken"),
            (
                "sqs",
                "sendMessage.waitForTaskToken",
                IntegrationPattern::WaitForTaskToken
            )
        );
        assert_eq!(
            parts("arn:aws:states:::states:startExecution.sync:2"),
            ("states", "startExecution.sync:2", IntegrationPattern::Sync2)
        );
        assert_eq!(
            parts("arn:${AWS::Partition}:states:::batch:submitJob.sync"),
            ("batch", "submitJob.sync", IntegrationPattern::Sync)
        );
        assert_eq!(parts("arn:aws:states:::odd"), ("", "odd", plain));
        assert_eq!(parts("arn:aws:states:::.sync").1, ".sync");
        assert_eq!(parts("arn:aws:lambda:a:1:function:f.sync"), ("", "", plain));
    }

    #[test]
    fn functions_and_activities_are_distinguished_by_their_arns() {
        let kind = |text| {
            let resource = Resource::parse(text);
            (resource.kind(), resource.name())
        };
        for (text, kind_and_name) in [
            (
                "arn:aws:lambda:us-east-1:1:function:activity",
                (ResourceKind::Lambda, Some("activity")),
            ),
            (
                "arn:aws:states:us-east-1:1:activity:pick.sync",
                (ResourceKind::Activity, Some("pick.sync")),
            ),
            (
                "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:activity:pick",
                (ResourceKind::Activity, Some("pick")),
            ),
            (
                "arn:aws:states:us-east-1:1:stateMachine:activity",
                (ResourceKind::Lambda, None),
            ),
            ("arn:aws:lambda:function:f", (ResourceKind::Lambda, None)),
            ("", (ResourceKind::Lambda, None)),
        ] {
            assert_eq!(kind(text), kind_and_name, "{text}");
        }
    }

    #[test]
    fn the_argument_with_the_call_target_is_known() {
        let key = |text| Resource::parse(text).target_key();
        assert_eq!(key(LAMBDA_INVOKE), Some("FunctionName"));
        assert_eq!(
            key("arn:aws:states:::lambda:invoke.waitForTaskToken"),
            Some("FunctionName")
        );
        assert_eq!(key(START_EXECUTION), Some("StateMachineArn"));
        assert_eq!(key(START_SYNC_EXECUTION), Some("StateMachineArn"));
        assert_eq!(key("arn:aws:states:::sqs:sendMessage"), None);
        assert_eq!(key("${ChargeArn}"), None);
    }
}
