//! What may differ between two definitions.

use std::fmt;

use serde::Serialize;

use crate::json::Json;

/// Whether something came, went or became another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Change {
    /// Only the new definition has it.
    Added,
    /// Only the old definition has it.
    Removed,
    /// Both have it, and it is not the same.
    Changed,
    /// Both have it, at another place: another order, or another branch.
    Moved,
    /// Both have it, under different names.
    Renamed,
}

impl Change {
    /// The word.
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

/// A state that is not the same in both definitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StateChange {
    /// What happened to it. A state that was renamed or moved may have changed too: then it has fields.
    pub change: Change,
    /// Its name; the new one, where it has one.
    pub name: String,
    /// The name that it had, when it has another now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_name: Option<String>,
    /// The word in its `Type`; the new one, where it has one.
    #[serde(rename = "type")]
    pub kind: String,
    /// JSON pointer to it in the old definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_pointer: Option<String>,
    /// JSON pointer to it in the new definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_pointer: Option<String>,
    /// Its fields that are not the same. Where its transitions go is not among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// A value that is not the same in both definitions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FieldChange {
    /// What happened to it. Moved: the rule, retrier, catcher or branch stands at another place among its like.
    pub change: Change,
    /// JSON pointer to it in the old definition, when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_pointer: Option<String>,
    /// JSON pointer to it in the new definition, when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_pointer: Option<String>,
    /// The old value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Json>,
    /// The new value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Json>,
    /// The value that the field has in the definition that leaves it out, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
}

impl FieldChange {
    /// JSON pointer to it: in the new definition when it is there, else in the old one.
    pub fn pointer(&self) -> &str {
        let pointer = self.new_pointer.as_deref().or(self.old_pointer.as_deref());
        pointer.unwrap_or_default()
    }
}

/// What a transition is taken for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum On {
    /// The machine, branch or iteration starts.
    Start,
    /// The state is done: `Next`, or `End`.
    Next,
    /// A rule of a Choice holds; its condition, as people read it.
    Rule(String),
    /// No rule of a Choice holds.
    Default,
    /// An error is caught; its names.
    Catch(String),
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Start => f.write_str("at the start"),
            On::Next => Ok(()),
            On::Rule(condition) => write!(f, "when {condition}"),
            On::Default => f.write_str("by default"),
            On::Catch(errors) => write!(f, "on {errors}"),
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
    /// The state that it leaves; `None` where a machine, branch or Map starts.
    pub from: Option<String>,
    /// The state that it enters; `None` where the machine, branch or iteration ends.
    pub to: Option<String>,
    /// What it is taken for.
    pub on: On,
    /// JSON pointer to what says it, in the definition that has it.
    pub pointer: String,
}
