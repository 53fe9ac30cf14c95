//! The patterns of service integrations.

use std::fmt;

use serde::Deserialize;

/// A service integration pattern: the event that a Task waits for after its call.
///
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[non_exhaustive]
pub enum IntegrationPattern {
    /// The response of the service. It has no suffix.
    #[serde(rename = "request-response")]
    RequestResponse,
    /// The end of the job: `.sync`.
    #[serde(rename = "sync")]
    Sync,
    /// The end of the execution, with its output as JSON and not as a string: `.sync:2`.
    #[serde(rename = "sync:2")]
    Sync2,
    /// `SendTaskSuccess` or `SendTaskFailure` with the task's token: `.waitForTaskToken`.
    #[serde(rename = "waitForTaskToken")]
    WaitForTaskToken,
}

impl IntegrationPattern {
    /// All patterns.
    pub const ALL: &'static [IntegrationPattern] = &[
        IntegrationPattern::RequestResponse,
        IntegrationPattern::Sync,
        IntegrationPattern::Sync2,
        IntegrationPattern::WaitForTaskToken,
    ];

    /// The suffix of the action in a resource, including the dot; empty for
    /// [`IntegrationPattern::RequestResponse`].
    pub fn suffix(self) -> &'static str {
        match self {
            IntegrationPattern::RequestResponse => "",
            IntegrationPattern::Sync => ".sync",
            IntegrationPattern::Sync2 => ".sync:2",
            IntegrationPattern::WaitForTaskToken => ".waitForTaskToken",
        }
    }

    /// The pattern at the end of an integration's text.
    pub(super) fn of(integration: &str) -> IntegrationPattern {
        let waits = [
            IntegrationPattern::WaitForTaskToken,
            IntegrationPattern::Sync2,
            IntegrationPattern::Sync,
        ];
        waits
            .into_iter()
            .find(|pattern| integration.ends_with(pattern.suffix()))
            .unwrap_or(IntegrationPattern::RequestResponse)
    }

    /// Whether the Task waits for a job or for an execution: `.sync` or `.sync:2`.
    pub fn is_sync(self) -> bool {
        matches!(self, IntegrationPattern::Sync | IntegrationPattern::Sync2)
    }

    /// The pattern with exactly this suffix.
    pub fn from_suffix(suffix: &str) -> Option<IntegrationPattern> {
        IntegrationPattern::ALL
            .iter()
            .copied()
            .find(|pattern| pattern.suffix() == suffix)
    }
}

/// The suffix.
impl fmt::Display for IntegrationPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.suffix())
    }
}
