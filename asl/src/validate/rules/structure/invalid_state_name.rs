//! Reports a state whose name AWS does not accept.

use crate::analysis::{NameKind, NameProblem};
use crate::validate::rules::prelude::*;

use super::state_names;

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
    for (state, problem) in state_names(definition) {
        if matches!(problem, NameProblem::Invalid(_)) && !is_substitution(state.name) {
            let message = problem.message(NameKind::State, state.name);
            let entry = report.add(&state.pointer, message).at_key();
            entry.choices(|| {
                let allowed = state.name.chars().filter(|char| !char.is_control());
                let allowed: String = allowed.collect();
                let base = if allowed.is_empty() {
                    "State"
                } else {
                    &allowed
                };
                let new = state_fixes::fresh_name(definition, base);
                [state_fixes::rename_state(definition, state, &new)]
            });
        }
    }
}
