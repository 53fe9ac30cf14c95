//! Reports a transition to a state that does not exist.

use crate::validate::rules::prelude::*;

use super::targets::targets;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW020",
    name: "missing-transition-target",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Measured,
    summary: "A transition names a state that is not in the definition.",
    doc: "`Next`, `Default`, and the `Next` of choice rules and catchers name a state of the same container. Names are case-sensitive.",
    source: source::STATES,
    check: |definition, report| targets(definition, report, false),
};
