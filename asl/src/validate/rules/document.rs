//! The definition as a whole.

use crate::finding::{Finding, Severity};
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA};

/// How many characters a definition may have.
///
/// Source: `Definition` of <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
const MAX_CHARACTERS: usize = 1_048_576;

pub(super) const DUPLICATE_KEY: Rule = Rule {
    id: "SW001",
    severity: Severity::Error,
    code: "INVALID_JSON_DESCRIPTION",
    known: Known::Documented,
    summary: "The definition is no JSON, or an object in it has a key twice.",
    check: duplicate_key,
};

fn duplicate_key(definition: &Definition<'_>, report: &mut Report<'_>) {
    for duplicate in definition.document.duplicates() {
        report.push(Finding::duplicate(definition.document, duplicate));
    }
}

pub(super) const EMPTY: Rule = Rule {
    id: "SW002",
    severity: Severity::Error,
    code: "MISSING_DESCRIPTION",
    known: Known::Documented,
    summary: "The definition is empty or `null`.",
    check: empty,
};

fn empty(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.document.json().is_null() {
        report.add(
            "",
            "the definition is empty; it needs `StartAt` and `States`",
        );
    }
}

pub(super) const TOO_LONG: Rule = Rule {
    id: "SW003",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "The definition has more than 1,048,576 characters.",
    check: too_long,
};

fn too_long(definition: &Definition<'_>, report: &mut Report<'_>) {
    let source = definition.document.source();
    // Bytes are never fewer than characters.
    if source.len() <= MAX_CHARACTERS {
        return;
    }
    let characters = source.chars().count();
    if characters > MAX_CHARACTERS {
        let message = format!(
            "the definition has {characters} characters; at most {MAX_CHARACTERS} are allowed"
        );
        report.add("", message);
    }
}

pub(super) const VERSION: Rule = Rule {
    id: "SW013",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`Version` is another than `1.0`.",
    check: version,
};

fn version(definition: &Definition<'_>, report: &mut Report<'_>) {
    let Some(version) = definition.document.json().get("Version") else {
        return;
    };
    if version.as_str().is_some_and(|version| version != "1.0") {
        report.add(
            "/Version",
            "The field 'Version' should have one of these values: [1.0]",
        );
    }
}
