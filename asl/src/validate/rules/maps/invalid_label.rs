use crate::finding::Severity;
use crate::name::{NameError, check_label};
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

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
