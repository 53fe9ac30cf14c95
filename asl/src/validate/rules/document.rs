//! The definition as a whole.

use crate::diagnostic::{Diagnostic, Severity};
use crate::edit::Edit;
use crate::fix::Fix;
use crate::json::Pointer;
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};
use crate::validate::rule_id::RuleIdError;
use crate::validate::silence::unknown;

/// Maximum length of a definition, in characters.
///
/// Source: `Definition` of <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
const MAX_CHARACTERS: usize = 1_048_576;

pub(super) const DUPLICATE_KEY: Rule = Rule {
    id: "SW001",
    name: "invalid-json",
    severity: Severity::Error,
    code: Some("INVALID_JSON_DESCRIPTION"),
    known: Evidence::Documented,
    summary: "The definition is not valid JSON, or an object in it has a duplicate key.",
    doc: "JSON allows duplicate keys, and parsers differ in which one they use: AWS, an editor and a template engine may each see a different definition. If the text is not JSON at all, this is the only diagnostic, at the position where parsing stopped.",
    source: source::STRUCTURE,
    check: duplicate_key,
};

fn duplicate_key(definition: &Definition<'_>, report: &mut Report<'_>) {
    for duplicate in definition.document.duplicates() {
        report.push(Diagnostic::duplicate(duplicate));
    }
}

pub(super) const EMPTY: Rule = Rule {
    id: "SW002",
    name: "empty-definition",
    severity: Severity::Error,
    code: Some("MISSING_DESCRIPTION"),
    known: Evidence::Documented,
    summary: "The definition is empty or `null`.",
    doc: "There is nothing to check: a machine needs `StartAt` and `States`.",
    source: source::DIAGNOSTICS,
    check: empty,
};

fn empty(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.document.json().is_null() {
        report.add(
            Pointer::ROOT,
            "the definition is empty; it needs `StartAt` and `States`",
        );
    }
}

pub(super) const TOO_LONG: Rule = Rule {
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

fn too_long(definition: &Definition<'_>, report: &mut Report<'_>) {
    let characters = definition.document.characters();
    if characters > MAX_CHARACTERS {
        let message = format!(
            "the definition has {characters} characters; at most {MAX_CHARACTERS} are allowed"
        );
        report.add(Pointer::ROOT, message);
    }
}

pub(super) const UNKNOWN_RULE: Rule = Rule {
    id: "SW004",
    name: "unknown-rule",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A `Comment` allows an unknown rule.",
    doc: "`stepwright: allow SW024, missing-timeout` in the `Comment` of a state silences the warnings of these rules, given by id or name, for the state and the states inside it; in the `Comment` of the machine, for the whole machine. It works in JSON and YAML. Errors cannot be silenced, because AWS rejects the definition anyway.",
    source: source::STRUCTURE,
    check: unknown_rule,
};

fn unknown_rule(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (pointer, error) in unknown(definition) {
        let RuleIdError::Unknown { id, suggestion } = error else {
            continue;
        };
        report
            .add(pointer, format!("there is no rule `{id}`"))
            .suggest(Some(suggestion));
    }
}

pub(super) const VERSION: Rule = Rule {
    id: "SW013",
    name: "unknown-version",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`Version` must be `1.0`.",
    doc: "The only version of the language is `1.0`. The field is optional.",
    source: source::STRUCTURE,
    check: version,
};

fn version(definition: &Definition<'_>, report: &mut Report<'_>) {
    let Some(version) = definition.document.json().get("Version") else {
        return;
    };
    let is_other = |version: &str| version != "1.0" && !is_substitution(version);
    if version.as_str().is_some_and(is_other) {
        let pointer = Pointer::ROOT.key("Version");
        let fix = Fix::safe("replace it with `1.0`", Edit::replace(&pointer, "1.0"));
        let message = "The field 'Version' should have one of these values: [1.0]";
        report.add(pointer, message).fix(Some(fix));
    }
}
