//! Reports a transition into or out of a branch or an item processor.

use crate::validate::rules::prelude::*;

use super::targets::targets;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW026",
    name: "transition-between-containers",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Documented,
    summary: "A transition leaves or enters a branch or processor.",
    doc: "A branch or processor is left only by its end. The `Next` of the surrounding Parallel or Map names the state that follows.",
    source: source::STATES,
    check: |definition, report| targets(definition, report, true),
};
