use crate::validate::rule_id::RuleIdError;
use crate::validate::rules::prelude::*;
use crate::validate::silence::unknown;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW004",
    name: "unknown-rule",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A `Comment` allows an unknown rule.",
    doc: "`stepwright: allow SW024, missing-timeout` in the `Comment` of a state silences the warnings of these rules, given by id or name, for the state and the states inside it; in the `Comment` of the machine, for the whole machine. It works in JSON and YAML. Errors cannot be silenced, because AWS rejects the definition anyway.",
    source: source::STRUCTURE,
    check: unknown_rule,
};

fn unknown_rule(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (pointer, error) in unknown(definition) {
        let RuleIdError::Unknown { id, suggestion } = error else {
            continue;
        };
        report
            .add(pointer, format!("there is no rule `{id}`"))
            .suggest(suggestion);
    }
}
