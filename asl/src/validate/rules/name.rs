//! Names of states and labels.

use crate::analysis::{NameKind, NameProblem, check_names};
use crate::diagnostic::Severity;
use crate::graph::State;
use crate::json::Pointer;
use crate::name::NameError;
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
    for (state, problem) in state_names(definition) {
        let NameProblem::Repeated { first } = problem else {
            continue;
        };
        let first = &definition.graph.states()[first];
        let position = definition.document.key_position(&first.pointer.to_string());
        let place = position.map(|first| {
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
            .suggest(place)
            .related(
                &first.pointer,
                NameProblem::message_of_first(NameKind::State, state.name),
            );
    }
}

/// The problems of the states' names.
fn state_names<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (&'a State<'d>, NameProblem)> {
    let states = definition.graph.states();
    let problems = check_names(NameKind::State, states.iter().map(|state| state.name));
    let problems = problems.into_iter();
    problems.map(|(index, problem)| (&states[index], problem))
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
    for (state, problem) in state_names(definition) {
        if let NameProblem::Invalid(error) = problem
            && !is_substitution(state.name)
        {
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
    let maps = definition.parts_of("Map");
    let labels: Vec<(&str, Pointer<'_>)> = maps
        .filter_map(|map| Some((map.text("Label")?, map.at("Label"))))
        .collect();
    let names = labels.iter().map(|(label, _)| *label);
    for (index, problem) in check_names(NameKind::Label, names) {
        let (label, pointer) = &labels[index];
        let message = match problem {
            NameProblem::Repeated { first } => {
                report
                    .add(pointer, format!("Duplicate label: {label}"))
                    .code("DUPLICATE_LABEL_NAME")
                    .related(
                        &labels[first].1,
                        NameProblem::message_of_first(NameKind::Label, label),
                    );
                continue;
            }
            NameProblem::Invalid(_) if is_substitution(label) => continue,
            NameProblem::Invalid(NameError::TooLong { .. }) => {
                "Label cannot exceed 40 characters".to_owned()
            }
            NameProblem::Invalid(NameError::Character(char)) => format!(
                "Label contains invalid character: '{}'",
                char.escape_default()
            ),
            NameProblem::Invalid(error) => error.to_string(),
        };
        report.add(pointer, message);
    }
}
