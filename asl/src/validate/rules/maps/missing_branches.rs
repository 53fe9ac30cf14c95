//! Reports a Parallel state that has nothing to run.

use crate::validate::rules::fields::required_list;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW100",
    name: "missing-branches",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Parallel has no `Branches`, or an empty list of them.",
    doc: "A Parallel needs at least one branch.",
    source: source::PARALLEL,
    check: branches,
};

fn branches(definition: &Definition<'_>, report: &mut Report<'_>) {
    for parallel in definition.parts_of("Parallel") {
        let branch = || {
            let name = state_fixes::fresh_name(definition, "Branch");
            Some(state_fixes::container(&name))
        };
        required_list(parallel, "Branches", branch, report);
    }
}
