//! Reports a `Version` of the States Language that AWS does not have.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
