//! Reports duplicate keys in the text of a definition, under the rule for invalid JSON.

use crate::diagnostic::Diagnostic;
use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
