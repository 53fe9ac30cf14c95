//! Reports a `Label` that AWS cannot use in the ARNs of a Map's child executions.

use std::collections::HashSet;

use crate::analysis::{NameKind, NameProblem, check_names};
use crate::name::{MAX_LABEL_LENGTH, NameError, is_allowed};
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
    let labels: Vec<(&str, &DefinitionPart<'_>)> = maps
        .filter_map(|map| Some((map.text("Label")?, map)))
        .collect();
    let names = labels.iter().map(|(label, _)| *label);
    for (index, problem) in check_names(NameKind::Label, names) {
        let (label, map) = labels[index];
        if matches!(problem, NameProblem::Invalid(_)) && is_substitution(label) {
            continue;
        }
        let entry = report
            .add(map.at("Label"), problem.message(NameKind::Label, label))
            .service(ServiceText::Label(service_text(label, &problem).into()))
            .choices(|| {
                let others: HashSet<&str> = labels.iter().map(|(label, _)| *label).collect();
                let allowed = label.chars().filter(|char| is_allowed(*char));
                let allowed: String = allowed.collect();
                let base = if allowed.is_empty() {
                    "Items"
                } else {
                    &allowed
                };
                let new = state_fixes::fresh(&others, base, MAX_LABEL_LENGTH);
                [
                    field_fixes::set(map, "Label", new),
                    field_fixes::remove(map, "Label"),
                ]
            });
        if let NameProblem::Repeated { first } = problem {
            let message = NameProblem::message_of_first(NameKind::Label, label);
            entry
                .code("DUPLICATE_LABEL_NAME")
                .related(labels[first].1.at("Label"), message);
        }
    }
}

/// AWS's text.
fn service_text(label: &str, problem: &NameProblem) -> String {
    match problem {
        NameProblem::Repeated { .. } => format!("Duplicate label: {label}"),
        NameProblem::Invalid(NameError::TooLong { .. }) => {
            "Label cannot exceed 40 characters".to_owned()
        }
        NameProblem::Invalid(NameError::Character(char)) => format!(
            "Label contains invalid character: '{}'",
            char.escape_default()
        ),
        NameProblem::Invalid(error) => error.to_string(),
    }
}
