//! Reports a machine, branch or item processor without the field `States`.

use crate::validate::rules::prelude::*;

use super::required;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW010",
    name: "missing-states",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "The machine, a branch or a processor has no `States`.",
    doc: "A container is the machine itself, a branch of a Parallel, or the processor of a Map; each has its own `States`.",
    source: source::STRUCTURE,
    check: |definition, report| required(definition, report, true),
};
