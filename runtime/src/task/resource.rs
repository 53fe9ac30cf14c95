use std::fmt;

use smol_str::SmolStr;

use crate::value::Value;

/// The `Resource` of a Task state, taken apart.
///
/// ```
/// use stepwright_runtime::task::{Family, Pattern, Resource};
///
/// let resource = Resource::parse("arn:aws:states:::states:startExecution.sync:2");
/// assert_eq!(resource.family(), Family::Service);
/// assert_eq!(resource.service(), "states");
/// assert_eq!(resource.action(), "startExecution.sync:2");
/// assert_eq!(resource.pattern(), Pattern::Sync);
/// assert_eq!(resource.base(), "arn:aws:states:::states:startExecution");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    text: SmolStr,
    family: Family,
    pattern: Pattern,
    /// How much of `text` stands before the pattern's suffix.
    base: usize,
    service: SmolStr,
    action: SmolStr,
}

/// Which events a task writes and who answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// A function's own ARN: `LambdaFunction*` events, the result is the function's.
    Lambda,
    /// An activity's ARN: `Activity*` events, a worker answers.
    Activity,
    /// `arn:aws:states:::service:action`: `Task*` events.
    Service,
}

/// How a service integration waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pattern {
    /// For the response.
    RequestResponse,
    /// For the job that the request starts (`.sync`, `.sync:2`).
    Sync,
    /// For whoever got the token (`.waitForTaskToken`).
    WaitForTaskToken,
}

const SUFFIXES: [(&str, Pattern); 3] = [
    (".waitForTaskToken", Pattern::WaitForTaskToken),
    (".sync:2", Pattern::Sync),
    (".sync", Pattern::Sync),
];

impl Resource {
    /// Takes `text` apart. What is no ARN (a placeholder such as `${ChargeCardArn}`) counts as an activity when
    /// it says so, else as a function.
    pub fn parse(text: &str) -> Self {
        let (base, pattern) = SUFFIXES
            .iter()
            .find_map(|(suffix, pattern)| Some((text.strip_suffix(suffix)?.len(), *pattern)))
            .unwrap_or((text.len(), Pattern::RequestResponse));
        let integration = text
            .strip_prefix("arn:")
            .and_then(|rest| rest.split_once(":states:::"))
            .map(|(_partition, integration)| integration);
        let Some(integration) = integration else {
            let family = if text.to_ascii_lowercase().contains("activity") && !is_function(text) {
                Family::Activity
            } else {
                Family::Lambda
            };
            return Self {
                text: text.into(),
                family,
                pattern: Pattern::RequestResponse,
                base: text.len(),
                service: SmolStr::default(),
                action: SmolStr::default(),
            };
        };
        let suffix = text.len() - base;
        let colon = integration[..integration.len() - suffix]
            .rfind(':')
            .unwrap_or(0);
        Self {
            text: text.into(),
            family: Family::Service,
            pattern,
            base,
            service: integration[..colon].into(),
            action: integration[colon..].trim_start_matches(':').into(),
        }
    }

    /// The same resource when it is known to be an activity or a function.
    pub(crate) fn with_family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// As the definition writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Without the pattern's suffix: the first half of a handler's key.
    pub fn base(&self) -> &str {
        &self.text[..self.base]
    }

    /// Which events the task writes.
    pub fn family(&self) -> Family {
        self.family
    }

    /// How the integration waits.
    pub fn pattern(&self) -> Pattern {
        self.pattern
    }

    /// What the history calls `resourceType`: `lambda`, `aws-sdk:dynamodb`. Empty but for services.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// What the history calls `resource`: `invoke`, `sendMessage.waitForTaskToken`. Empty but for services.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The action without the pattern's suffix.
    pub fn plain_action(&self) -> &str {
        &self.action[..self.action.len() - (self.text.len() - self.base)]
    }

    /// Whether this is `arn:aws:states:::lambda:invoke`, with or without a pattern.
    pub fn is_lambda_invoke(&self) -> bool {
        self.service == "lambda" && self.plain_action() == "invoke"
    }

    /// What names the target inside a call's parameters.
    pub(crate) fn target_in<'a>(&self, parameters: &'a Value) -> Option<&'a str> {
        parameters.get(self.target_key())?.as_str()
    }

    /// The member of a call's parameters that names the target.
    pub(crate) fn target_key(&self) -> &'static str {
        if self.is_lambda_invoke() {
            "FunctionName"
        } else {
            "StateMachineArn"
        }
    }

    /// Whether the task is given a token: `.waitForTaskToken`, `.sync` and activities.
    pub fn has_token(&self) -> bool {
        self.pattern != Pattern::RequestResponse || self.family == Family::Activity
    }

    /// The name that a result that is too large is reported under.
    pub(crate) fn label<'a>(&'a self, state: &'a str) -> &'a str {
        match self.family {
            Family::Service => &self.service,
            Family::Lambda => &self.text,
            Family::Activity => state,
        }
    }
}

fn is_function(text: &str) -> bool {
    text.starts_with("arn:") && text.contains(":function:")
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_told_apart() {
        let sdk = Resource::parse("arn:aws:states:::aws-sdk:dynamodb:putItem");
        assert_eq!(
            (sdk.service(), sdk.action()),
            ("aws-sdk:dynamodb", "putItem")
        );
        let sqs = Resource::parse("arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken");
        assert_eq!(
            (sqs.service(), sqs.action()),
            ("sqs", "sendMessage.waitForTaskToken")
        );
        assert_eq!(sqs.plain_action(), "sendMessage");
        assert!(sqs.has_token());
        assert!(Resource::parse("arn:aws:states:::batch:submitJob.sync").has_token());
        assert!(!sdk.has_token());
        let function = Resource::parse("arn:aws:lambda:us-east-1:1:function:activity");
        assert_eq!(function.family(), Family::Lambda);
        let activity = Resource::parse("arn:aws:states:us-east-1:1:activity:pick.sync");
        assert_eq!(activity.family(), Family::Activity);
        assert_eq!(
            activity.base(),
            "arn:aws:states:us-east-1:1:activity:pick.sync"
        );
        assert_eq!(Resource::parse("${ChargeArn}").family(), Family::Lambda);
        assert_eq!(Resource::parse("arn:aws:states:::odd").service(), "");
        assert_eq!(Resource::parse("arn:aws:states:::.sync").action(), ".sync");
        assert_eq!(Resource::parse("").family(), Family::Lambda);
    }
}
