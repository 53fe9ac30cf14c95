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
        if !parallel.has("Branches") {
            let message = "These fields are required: [Branches]";
            report.add(&parallel.pointer, message).at_key();
        }
        if parallel.items("Branches").is_some_and(<[_]>::is_empty) {
            report.add(parallel.at("Branches"), "Value cannot be empty");
        }
    }
}
