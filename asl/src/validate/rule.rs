//! What a rule is.

use super::definition::Definition;
use super::report::Report;
use crate::finding::Severity;

/// One rule of the validator.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// Its id, such as `SW020`.
    pub id: &'static str,
    /// How grave its findings are; a rule may give a warning in place of an error, never the other way.
    pub severity: Severity,
    /// AWS's code for its findings; for a rule that AWS does not have, the code it would fit.
    pub code: &'static str,
    /// How it is known.
    pub known: Known,
    /// What it forbids, in a sentence.
    pub summary: &'static str,
    pub(super) check: fn(&Definition<'_>, &mut Report<'_>),
}

/// How a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known {
    /// Recorded on the service.
    Measured,
    /// Documented by AWS or the States Language.
    Documented,
    /// Our judgement.
    Presumed,
}

pub(super) const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
pub(super) const TARGET: &str = "MISSING_TRANSITION_TARGET";
