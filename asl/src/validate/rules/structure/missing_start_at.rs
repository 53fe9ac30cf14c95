//! Reports a machine, branch or item processor that does not name its first state.

use crate::validate::rules::prelude::*;

use super::required;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW011",
    name: "missing-start-at",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "The machine, a branch or a processor has `States` but no `StartAt`.",
    doc: "`StartAt` names the first state of a container. It is required even if there is only one state.",
    source: source::STRUCTURE,
    check: |definition, report| required(definition, report, false),
};
