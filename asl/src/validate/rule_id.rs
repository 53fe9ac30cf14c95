//! Ids and names of rules.

use crate::similar::did_you_mean;

/// An error about the id or the name of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleIdError {
    /// No built-in or [added](super::Validator::with_rule) rule has the id or name.
    #[error("there is no rule `{id}`; {suggestion}")]
    Unknown {
        /// The id or name.
        id: String,
        /// The most similar id or name, or where to find the list of rules.
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
    /// Returns the error for an id or name that is not in `known`.
    pub(super) fn unknown<'k>(id: &str, known: impl Iterator<Item = &'k str>) -> RuleIdError {
        let elsewhere = || "each diagnostic shows the id of its rule, such as SW022".to_owned();
        RuleIdError::Unknown {
            id: id.to_owned(),
            suggestion: did_you_mean(id, known).unwrap_or_else(elsewhere),
        }
    }
}

/// The ids of rules, and the names of those that have one.
#[derive(Default)]
pub(super) struct RuleIds(Vec<(&'static str, Option<&'static str>)>);

impl RuleIds {
    pub(super) fn of(rules: impl Iterator<Item = (&'static str, Option<&'static str>)>) -> Self {
        RuleIds(rules.collect())
    }

    /// The id of the rule with this id or name, regardless of case.
    pub(super) fn get(&self, word: &str) -> Option<&'static str> {
        let is_meant = |known: &str| known.eq_ignore_ascii_case(word);
        let mut rules = self.0.iter();
        let rule = rules.find(|(id, name)| is_meant(id) || name.is_some_and(is_meant));
        rule.map(|(id, _)| *id)
    }

    /// Like [`get`](RuleIds::get), with the error that suggests the most similar id or name.
    pub(super) fn resolve(&self, word: &str) -> Result<&'static str, RuleIdError> {
        self.get(word)
            .ok_or_else(|| RuleIdError::unknown(word, self.words()))
    }

    /// All ids and names.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        let words = self.0.iter().flat_map(|(id, name)| [Some(*id), *name]);
        words.flatten()
    }
}
