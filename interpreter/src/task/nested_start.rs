//! Tasks that start other executions: their integrations and requests.

use smol_str::SmolStr;

use super::resource::{IntegrationPattern, Resource};
use crate::record::record;
use crate::value::Value;

/// The integration with which a state starts another execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integration {
    /// `states:startExecution`
    Optimised,
    /// `states:startExecution.waitForTaskToken`: the answer to the token ends the task, not the
    /// execution's end.
    Token,
    /// `states:startExecution.sync`, whose Input and Output are text.
    Sync,
    /// `states:startExecution.sync:2`, whose Input and Output are JSON.
    SyncJson,
    /// `aws-sdk:sfn:startExecution`
    Sdk,
    /// `aws-sdk:sfn:startSyncExecution`
    SdkSync,
}

impl Integration {
    /// Returns the integration of a resource, if it starts executions.
    pub fn of(resource: &Resource) -> Option<Self> {
        match (resource.service(), resource.action()) {
            ("states", "startExecution") => Some(Self::Optimised),
            ("states", "startExecution.waitForTaskToken") => Some(Self::Token),
            ("states", "startExecution.sync") => Some(Self::Sync),
            ("states", "startExecution.sync:2") => Some(Self::SyncJson),
            ("aws-sdk:sfn", "startExecution") => Some(Self::Sdk),
            ("aws-sdk:sfn", "startSyncExecution") => Some(Self::SdkSync),
            _ => None,
        }
    }

    /// Returns whether the end of the execution ends the task.
    pub fn waits(self) -> bool {
        self.is_job() || self == Self::SdkSync
    }

    /// Returns whether the execution is a job that the task waits for: then the start itself is
    /// TaskSubmitted, and cancelling the task stops the execution. A request to an Express child
    /// cannot be cancelled.
    pub fn is_job(self) -> bool {
        matches!(self, Self::Sync | Self::SyncJson)
    }

    /// Returns whether the task still waits after the response to the start.
    pub(crate) fn is_submitted_by_start(self) -> bool {
        self.is_job() || self == Self::Token
    }

    /// Returns whether the response has the format of the SDK integrations.
    pub fn is_sdk(self) -> bool {
        matches!(self, Self::Sdk | Self::SdkSync)
    }

    /// Returns whether TaskSubmitted shows the response to the start.
    pub fn is_submitted(self, pattern: IntegrationPattern) -> bool {
        pattern != IntegrationPattern::RequestResponse && self != Self::SdkSync
    }
}

/// A resolved start of another execution, which is not performed yet.
#[derive(Clone, Debug)]
pub struct NestedStart {
    /// The integration that starts it.
    pub integration: Integration,
    /// The state machine's name in the engine.
    pub machine: SmolStr,
    /// The execution's name.
    pub name: SmolStr,
    /// Its ARN.
    pub execution: SmolStr,
    /// The ARN of the root of the chain of executions that starts this one.
    pub root: SmolStr,
    /// The execution's input.
    pub input: Value,
    /// The number of its ancestors.
    pub depth: u32,
    /// The id of the request, for the metadata of the response.
    pub request: String,
}

record!(struct NestedStart {
    1 => integration, 2 => machine, 3 => name, 4 => execution, 5 => root, 6 => input, 7 => depth, 8 => request,
});
record!(enum Integration {
    0 => Optimised,
    1 => Token,
    2 => Sync,
    3 => SyncJson,
    4 => Sdk,
    5 => SdkSync,
});
