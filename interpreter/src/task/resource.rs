//! The `Resource` of a Task state: its service, action and integration pattern.

use std::fmt;

use smol_str::SmolStr;
use stepwright_asl::resource as asl;
pub use stepwright_asl::resource::{IntegrationPattern, ResourceKind};

use crate::value::Value;

/// A parsed `Resource` of a Task state.
///
/// ```
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// use stepwright_runtime::task::{IntegrationPattern, Resource, ResourceKind};
///
/// let resource = Resource::parse("arn:aws:states:::states:startExecution.sync:2");
/// assert_eq!(resource.kind(), ResourceKind::Service);
/// assert_eq!(resource.service(), "states");
/// assert_eq!(resource.action(), "startExecution.sync:2");
/// assert_eq!(resource.pattern(), IntegrationPattern::Sync2);
/// assert_eq!(resource.base(), "arn:aws:states:::states:startExecution");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    text: SmolStr,
    kind: ResourceKind,
    pattern: IntegrationPattern,
    service: SmolStr,
    action: SmolStr,
    target: Option<&'static str>,
    is_lambda_invoke: bool,
}

impl Resource {
    /// Parses a text, as [`stepwright_asl::resource::Resource::parse`] does.
    pub fn parse(text: &str) -> Self {
        let parsed = asl::Resource::parse(text);
        Self {
            text: text.into(),
            kind: parsed.kind(),
            pattern: parsed.pattern(),
            service: parsed.service().into(),
            action: parsed.action().into(),
            target: parsed.target_key(),
            is_lambda_invoke: parsed.is_lambda_invoke(),
        }
    }

    /// Returns the same resource with the kind that the engine knows: an activity or a function.
    pub(crate) fn with_kind(mut self, kind: ResourceKind) -> Self {
        self.kind = kind;
        self
    }

    /// Returns the text of the definition.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text without the pattern's suffix: the first half of a handler's key.
    pub fn base(&self) -> &str {
        self.plain(&self.text)
    }

    /// Returns the kind of the resource: it determines the events of the task and the handlers that
    /// can execute it.
    pub fn kind(&self) -> ResourceKind {
        self.kind
    }

    /// Returns the integration pattern: how the task waits.
    pub fn pattern(&self) -> IntegrationPattern {
        self.pattern
    }

    /// Returns the `resourceType` of the history: `lambda`, `aws-sdk:dynamodb`. Empty except for
    /// services.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the `resource` of the history: `invoke`, `sendMessage.waitForTaskToken`. Empty
    /// except for services.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Returns the action without the pattern's suffix.
    pub fn plain_action(&self) -> &str {
        self.plain(&self.action)
    }

    /// Returns whether this is `arn:aws:states:::lambda:invoke`, with or without a pattern.
    pub fn is_lambda_invoke(&self) -> bool {
        self.is_lambda_invoke
    }

    /// Returns the target in a call's parameters.
    pub fn target_in<'a>(&self, parameters: &'a Value) -> Option<&'a str> {
        parameters.get(self.target_key()?)?.as_str()
    }

    /// Returns the key of the parameter that names the target.
    pub fn target_key(&self) -> Option<&'static str> {
        self.target
    }

    /// Returns whether the task gets a token: `.waitForTaskToken`, `.sync` and activities.
    pub fn has_token(&self) -> bool {
        self.pattern != IntegrationPattern::RequestResponse || self.kind == ResourceKind::Activity
    }

    fn plain<'a>(&self, text: &'a str) -> &'a str {
        text.strip_suffix(self.pattern.suffix()).unwrap_or(text)
    }

    /// Returns the name that the error of a result that is too large contains.
    pub(crate) fn label<'a>(&'a self, state: &'a str) -> &'a str {
        match self.kind {
            ResourceKind::Service => &self.service,
            ResourceKind::Lambda => &self.text,
            ResourceKind::Activity => state,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
