use crate::finding::Severity;
use crate::name::check_state;
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW031",
    name: "invalid-state-name",
    severity: Severity::Error,
    code: Some("INVALID_STATE_NAME"),
    known: Evidence::Documented,
    summary: "A state's name is empty, longer than 80 characters, or has a control character.",
    doc: "At most 80 characters, counted as Unicode characters.",
    source: source::QUOTAS,
    check: state_name,
};

fn state_name(definition: &Definition<'_>, report: &mut Report<'_>) {
    let states = definition.graph.states().iter();
    for state in states.filter(|state| !is_substitution(state.name)) {
        if let Err(error) = check_state(state.name) {
            report.add(&state.pointer, error.to_string()).at_key();
        }
    }
}
