//! The ids by which rules are named.

use crate::similar::did_you_mean;

/// An id that names no rule, or not the one that was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleIdError {
    /// No rule has the id, neither a built-in one nor one that was [added](super::Validator::with_rule).
    #[error("there is no rule `{id}`; {suggestion}")]
    Unknown {
        /// The id.
        id: String,
        /// What was probably meant, or where ids are found.
        suggestion: String,
    },
    /// A rule that is to be added has the id of another.
    #[error("there is a rule `{id}` already; give the new one an id of its own")]
    Taken {
        /// The id.
        id: String,
    },
}

impl RuleIdError {
    /// The error that `id` is none of the `known`.
    pub(super) fn unknown<'k>(id: &str, known: impl Iterator<Item = &'k str>) -> RuleIdError {
        let elsewhere = || "a rule's id stands in each finding, such as SW022".to_owned();
        RuleIdError::Unknown {
            id: id.to_owned(),
            suggestion: did_you_mean(id, known).unwrap_or_else(elsewhere),
        }
    }
}

/// Whether the id is among others; capitals do not matter.
pub(super) fn is_among(ids: &[String], id: &str) -> bool {
    ids.iter().any(|named| named.eq_ignore_ascii_case(id))
}
