//! Reports a definition that is longer than AWS accepts.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW003",
    name: "definition-too-long",
    severity: Severity::Error,
    code: None,
    known: Evidence::Documented,
    summary: "The definition has more than 1,048,576 characters.",
    doc: "CreateStateMachine rejects every longer definition. Move a part into a separate machine and start it as a nested workflow, or shorten the text that a generator repeats.",
    source: source::QUOTAS,
    check: too_long,
};

/// Maximum length of a definition, in characters.
///
/// Source: `Definition` of
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
const MAX_CHARACTERS: usize = 1_048_576;

fn too_long(definition: &Definition<'_>, report: &mut Report<'_>) {
    let characters = definition.document.characters();
    if characters > MAX_CHARACTERS {
        let message = format!(
            "the definition has {characters} characters; at most {MAX_CHARACTERS} are allowed"
        );
        report.add(Pointer::ROOT, message);
    }
}
