//! The kinds of differences between two definitions.

use std::fmt;

use serde::Serialize;

use crate::json::Json;

/// The kind of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Change {
    /// Only in the new definition.
    Added,
    /// Only in the old definition.
    Removed,
    /// In both definitions, with different content.
    Changed,
    /// In both definitions, at different locations: in another order, or in another branch.
    Moved,
    /// In both definitions, under different names.
    Renamed,
}

impl Change {
    /// The kind as a lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
            Change::Moved => "moved",
            Change::Renamed => "renamed",
        }
    }
}

/// A state that differs between the definitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StateChange {
    /// The kind of the difference. A renamed or moved state may also have changed: then `fields` is
    /// not empty.
    pub change: Change,
    /// The state's name: the new one, if it is in the new definition.
    pub name: String,
    /// The old name, if it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_name: Option<String>,
    /// The state's `Type`: the new one, if it is in the new definition.
    #[serde(rename = "type")]
    pub kind: String,
    /// JSON pointer to the state in the old definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_pointer: Option<String>,
    /// JSON pointer to the state in the new definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_pointer: Option<String>,
    /// The fields that differ. Transition targets are not included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// A value that differs between the definitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FieldChange {
    /// The kind of the difference. `Moved` means that the rule, retrier, catcher or branch has
    /// another position in its list.
    pub change: Change,
    /// JSON pointer in the old definition, if the value is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_pointer: Option<String>,
    /// JSON pointer in the new definition, if the value is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_pointer: Option<String>,
    /// The old value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Json>,
    /// The new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Json>,
    /// The default value that applies in the definition without the field, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
}

impl FieldChange {
    /// JSON pointer to the value: in the new definition if it is there, otherwise in the old one.
    pub fn pointer(&self) -> &str {
        let pointer = self.new_pointer.as_deref().or(self.old_pointer.as_deref());
        pointer.unwrap_or_default()
    }
}

/// The trigger of a transition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Trigger {
    /// The machine, branch or iteration starts.
    Start,
    /// The state succeeds: `Next`, or `End`.
    Next,
    /// A rule of a Choice matches; its condition in readable form.
    Rule(String),
    /// No rule of a Choice matches.
    Default,
    /// An error is caught; the names in `ErrorEquals`.
    Catch(String),
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Start => f.write_str("at the start"),
            Trigger::Next => Ok(()),
            Trigger::Rule(condition) => write!(f, "when {condition}"),
            Trigger::Default => f.write_str("by default"),
            Trigger::Catch(errors) => write!(f, "on {errors}"),
        }
    }
}

/// A transition that only one of the definitions has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TransitionChange {
    /// Added or removed.
    pub change: Change,
    /// The source state; `None` at the start of a machine, branch or Map.
    pub from: Option<String>,
    /// The target state; `None` at the end of the machine, branch or iteration.
    pub to: Option<String>,
    /// The trigger of the transition.
    pub on: Trigger,
    /// JSON pointer to the field with the target, in the definition that has the transition.
    pub pointer: String,
}
