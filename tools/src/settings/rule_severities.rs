//! Severities of rules that differ from the usual ones.

use serde::Deserialize;
use stepwright_asl::validate::{RuleIdError, Validator};
use toml::Spanned;

/// The rules with another severity, by id or name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSeverities {
    /// The rules whose warnings are not reported.
    pub(super) allow: Vec<Spanned<String>>,
    /// The rules whose warnings are errors, or `warnings` for all of them.
    pub(super) deny: Vec<Spanned<String>>,
}

impl RuleSeverities {
    /// Creates the severities of arguments: the rules whose warnings are not reported, and those
    /// whose warnings are errors, where `warnings` means all rules.
    pub fn of_arguments(allow: &[String], deny: &[String]) -> RuleSeverities {
        let rules = |rules: &[String]| {
            let rules = rules.iter().cloned();
            rules.map(|rule| Spanned::new(0..0, rule)).collect()
        };
        RuleSeverities {
            allow: rules(allow),
            deny: rules(deny),
        }
    }

    /// Sets the severities of a validator.
    ///
    /// # Errors
    ///
    /// The first rule that does not exist.
    pub fn apply(&self, validator: Validator) -> Result<Validator, RuleIdError> {
        self.applied(validator).map_err(|(_, error)| error)
    }

    /// As [`apply`](Self::apply); the error has the place of the rule.
    pub(super) fn applied(
        &self,
        mut validator: Validator,
    ) -> Result<Validator, (&Spanned<String>, RuleIdError)> {
        for rule in &self.allow {
            let allowed = validator.allow(rule.get_ref().trim());
            validator = allowed.map_err(|error| (rule, error))?;
        }
        for rule in &self.deny {
            let name = rule.get_ref().trim();
            validator = if name.eq_ignore_ascii_case("warnings") {
                validator.deny_warnings()
            } else {
                validator.deny(name).map_err(|error| (rule, error))?
            };
        }
        Ok(validator)
    }
}
