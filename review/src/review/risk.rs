//! The risks that a review reports: their levels, kinds and messages.

use std::fmt;

use serde::Serialize;

/// How much a reader should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RiskLevel {
    /// The change breaks executions, or very probably does.
    High,
    /// The change may break something that the definitions do not show.
    Medium,
    /// Worth to know.
    Low,
}

impl RiskLevel {
    /// All levels, the highest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// Returns the level as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Defines the kinds, with their names and what they mean.
macro_rules! risk_kinds {
    ($($(#[$docs:meta])+ $kind:ident = $name:literal, $summary:literal;)+) => {
        /// The subject of a risk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum RiskKind {
            $($(#[$docs])+ $kind,)+
        }

        impl RiskKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Returns the name for programs: `new-error`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// Returns what the kind means, in a sentence.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$kind => $summary,)+ }
            }
        }
    };
}

risk_kinds! {
    /// An error of the validator that the old definition did not have.
    NewError = "new-error", "The new definition has an error that the old one did not have.";
    /// A property held, and no longer holds.
    Property = "property", "A property of the executions held, and no longer holds.";
    /// Recorded executions fail, or make calls without a recorded answer.
    RehearsalFailure = "rehearsal-failure", "Recorded executions fail with a new error, or make calls that were never answered.";
    /// A machine or a Distributed Map changes its execution type.
    ExecutionType = "execution-type", "The type of executions changes.";
    /// A definition was removed.
    RemovedDefinition = "removed-definition", "A state machine was removed.";
    /// A catcher was removed, or catches fewer errors.
    LostHandler = "lost-handler", "An error is no longer retried or caught.";
    /// A new catcher handles all errors of a call that may write.
    HiddenFailure = "hidden-failure", "A new catcher handles all errors of a call that may write, and the execution can succeed.";
    /// A timeout or a heartbeat was removed.
    LostTimeout = "lost-timeout", "A state no longer has a timeout or a heartbeat.";
    /// The role needs a permission that it did not need.
    AddedPermission = "added-permission", "The role needs a permission that it did not need before.";
    /// The worst case exceeds a limit of the service.
    Limit = "limit", "The new definition comes closer to a limit of the service.";
    /// Executions of the old definition need something that the new one no longer has.
    RunningExecution = "running-execution", "Running executions use the old definition and need what it calls.";
    /// Recorded executions take another path, or make other calls.
    RehearsalChange = "rehearsal-change", "Recorded executions take another path, make other calls or have another output.";
    /// A warning of the validator that the old definition did not have.
    NewWarning = "new-warning", "The new definition has a warning that the old one did not have.";
    /// Executions become more expensive.
    Cost = "cost", "Executions have more state transitions.";
    /// The role no longer needs a permission.
    RemovedPermission = "removed-permission", "The role no longer needs a permission.";
    /// Names in alarms and mocks no longer match.
    Names = "names", "Alarms, dashboards and mocks that name a state no longer match.";
}

impl fmt::Display for RiskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One risk of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Risk {
    /// How much a reader should care.
    pub level: RiskLevel,
    /// Its subject.
    pub kind: RiskKind,
    /// What happens, and what to do.
    pub message: String,
    /// JSON pointer in the new definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The line in the new file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The steps of an execution that shows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
}

impl Risk {
    /// Creates a risk of the whole definition.
    pub fn new(level: RiskLevel, kind: RiskKind, message: impl Into<String>) -> Self {
        Self {
            level,
            kind,
            message: message.into(),
            pointer: None,
            line: None,
            steps: Vec::new(),
        }
    }

    /// Sets the JSON pointer in the new definition.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Sets the steps of an execution that shows it.
    #[must_use]
    pub fn shown_by(mut self, steps: Vec<String>) -> Self {
        self.steps = steps;
        self
    }

    /// Sets the line in the new file.
    #[must_use]
    pub(crate) fn on_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }
}
