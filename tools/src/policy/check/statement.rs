//! The statements of a role's policies.

use stepwright_asl::json::{Json, Object};

use super::pattern::Pattern;
use crate::policy::Effect;

/// A statement of a role's policy.
#[derive(Debug, Clone)]
pub(super) struct RoleStatement {
    pub(super) effect: Effect,
    pub(super) actions: Selection,
    pub(super) resources: Selection,
    pub(super) condition: Option<Object>,
    /// The statement in messages: its `Sid`, or its actions.
    pub(super) name: String,
}

/// The actions or resources of a statement: those of a list, or all others.
#[derive(Debug, Clone)]
pub(super) enum Selection {
    /// `Action`, `Resource`.
    Listed(Vec<SelectedPattern>),
    /// `NotAction`, `NotResource`.
    Others(Vec<SelectedPattern>),
    /// It is computed, and unknown.
    Unknown,
    /// The resources of actions that a managed policy of AWS may have.
    Managed,
}

/// A pattern with its text.
#[derive(Debug, Clone)]
pub(super) struct SelectedPattern {
    pub(super) text: String,
    pub(super) pattern: Pattern,
}

impl SelectedPattern {
    pub(super) fn new(text: &str, pattern: fn(&str) -> Pattern) -> SelectedPattern {
        SelectedPattern {
            pattern: pattern(text),
            text: text.to_owned(),
        }
    }
}

impl Selection {
    /// The selection of `Action` and `NotAction`, or of `Resource` and `NotResource`.
    pub(super) fn of(
        members: &Object,
        key: &str,
        text: &mut dyn FnMut(&Json) -> Option<String>,
        pattern: fn(&str) -> Pattern,
    ) -> Selection {
        let (value, is_negated) = match (members.get(key), members.get(&format!("Not{key}"))) {
            (Some(value), _) => (value, false),
            (None, Some(value)) => (value, true),
            (None, None) => return Selection::Listed(Vec::new()),
        };
        let one = std::slice::from_ref(value);
        let values = value.as_array().unwrap_or(one);
        let texts: Option<Vec<String>> = values.iter().map(text).collect();
        let Some(texts) = texts else {
            return Selection::Unknown;
        };
        let patterns = texts.iter().map(|text| SelectedPattern::new(text, pattern));
        if is_negated {
            Selection::Others(patterns.collect())
        } else {
            Selection::Listed(patterns.collect())
        }
    }
}

impl std::fmt::Display for Selection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (patterns, word) = match self {
            Selection::Listed(patterns) => (patterns, ""),
            Selection::Others(patterns) => (patterns, "all except "),
            Selection::Unknown | Selection::Managed => return f.write_str("a computed list"),
        };
        let names: Vec<String> = patterns
            .iter()
            .map(|one| format!("`{}`", one.text))
            .collect();
        write!(f, "{word}{}", names.join(", "))
    }
}
