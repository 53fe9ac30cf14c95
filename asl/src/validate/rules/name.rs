//! Names of states and labels.

use std::collections::HashMap;

use crate::finding::Severity;
use crate::json::Pointer;
use crate::name::{NameError, check_label, check_state};
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

pub(super) const DUPLICATE: Rule = Rule {
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

pub(super) const STATE_NAME: Rule = Rule {
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

pub(super) const LABEL: Rule = Rule {
    id: "SW106",
    name: "invalid-label",
    severity: Severity::Error,
    code: Some("INVALID_LABEL_NAME"),
    known: Evidence::Documented,
    summary: "A Map's `Label` is empty, is longer than 40 characters, has a forbidden character, or is the label of another Map.",
    doc: "The label becomes a part of the ARNs of the Map's children, so it may only have the characters of a machine's name and must be unique in the machine. A duplicate has AWS's code DUPLICATE_LABEL_NAME.",
    source: source::DISTRIBUTED,
    check: label,
};

fn label(definition: &Definition<'_>, report: &mut Report<'_>) {
    let mut seen = std::collections::HashSet::new();
    for map in definition.parts_of("Map") {
        let Some(label) = map.text("Label") else {
            continue;
        };
        let pointer = map.at("Label");
        let checked = if is_substitution(label) {
            Ok(())
        } else {
            check_label(label)
        };
        match checked {
            Err(NameError::TooLong { .. }) => {
                report.add(pointer, "Label cannot exceed 40 characters");
            }
            Err(NameError::Character(char)) => {
                let char = char.escape_default();
                report.add(
                    pointer,
                    format!("Label contains invalid character: '{char}'"),
                );
            }
            Err(error) => {
                report.add(pointer, error.to_string());
            }
            Ok(()) if !seen.insert(label) => {
                report
                    .add(pointer, format!("Duplicate label: {label}"))
                    .code("DUPLICATE_LABEL_NAME");
            }
            Ok(()) => {}
        }
    }
}
