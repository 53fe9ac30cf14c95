//! Reports two states with one name, even if they are in different branches.

use crate::analysis::{NameKind, NameProblem};
use crate::validate::rules::prelude::*;

use super::state_names;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW025",
    name: "duplicate-state-name",
    severity: Severity::Error,
    code: Some("DUPLICATE_STATE_NAME"),
    known: Evidence::Measured,
    summary: "Two states of the machine, inner ones included, have the same name.",
    doc: "State names are unique in the whole machine, inside branches and processors too, because the history and the console show them without their container.",
    source: source::STATES,
    check: duplicate,
};

fn duplicate(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (state, problem) in state_names(definition) {
        let NameProblem::Repeated { first } = problem else {
            continue;
        };
        let first = &definition.graph.states()[first];
        report
            .add(
                &state.pointer,
                format!("Duplicate State name: {}", state.name),
            )
            .at_key()
            .suggest("rename one of them".to_owned())
            .related(
                &first.pointer,
                NameProblem::message_of_first(NameKind::State, state.name),
            )
            .choices(|| {
                let new = state_fixes::fresh_name(definition, state.name);
                let renamed = |state| state_fixes::rename_state(definition, state, &new);
                // Both have the same title unless it says which one.
                let of_first = renamed(first);
                let title = format!("{}, the first one", of_first.title);
                // Two states of one container have the same name only in the text.
                let edits = of_first.edits;
                [renamed(state), Fix::choice(title, edits)]
            });
    }
}
