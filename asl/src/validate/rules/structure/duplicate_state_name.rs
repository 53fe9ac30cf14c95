use std::collections::HashMap;

use crate::finding::Severity;
use crate::json::Pointer;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

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
    let mut first: HashMap<&str, &Pointer<'_>> = HashMap::new();
    for state in definition.graph.states() {
        if let Some(first) = first.get(state.name) {
            let first = definition.document.key_position(&first.to_string());
            let place = first.map(|first| {
                format!(
                    "the first `{}` is at line {}, column {}; names must be unique in the whole machine",
                    state.name, first.line, first.column
                )
            });
            report
                .add(
                    &state.pointer,
                    format!("Duplicate State name: {}", state.name),
                )
                .at_key()
                .suggest(place);
        } else {
            first.insert(state.name, &state.pointer);
        }
    }
}
