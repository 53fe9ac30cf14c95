//! Ids of rules.

use crate::similar::did_you_mean;

/// An error about the id of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleIdError {
    /// No built-in or [added](super::Validator::with_rule) rule has the id.
    #[error("there is no rule `{id}`; {suggestion}")]
    Unknown {
        /// The id.
        id: String,
        /// The most similar id, or where to find the list of ids.
        suggestion: String,
    },
    /// The id of the added rule is already in use.
    #[error("rule `{id}` already exists; give the new rule a different id")]
    Taken {
        /// The id.
        id: String,
    },
}

impl RuleIdError {
    /// Returns the error for an `id` that is not in `known`.
    pub(super) fn unknown<'k>(id: &str, known: impl Iterator<Item = &'k str>) -> RuleIdError {
        let elsewhere = || "each finding shows the id of its rule, such as SW022".to_owned();
        RuleIdError::Unknown {
            id: id.to_owned(),
            suggestion: did_you_mean(id, known).unwrap_or_else(elsewhere),
        }
    }
}

/// Whether the list contains the id, regardless of case.
pub(super) fn is_among(ids: &[String], id: &str) -> bool {
    ids.iter().any(|named| named.eq_ignore_ascii_case(id))
}
