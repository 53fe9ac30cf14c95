//! Reports a path or call that stays plain text, because its key does not end in `.$`.

use crate::validate::rules::prelude::*;

use super::literal_meaning::LiteralMeaning;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW116",
    name: "missing-dollar",
    severity: Severity::Warning,
    code: Some("NO_DOLLAR"),
    known: Evidence::Documented,
    summary: "A value in a payload template looks like a path or a call, but its key does not end in `.$`.",
    doc: "Only members whose key ends in `.$` are evaluated; every other string is passed on unchanged. Items of an array are never evaluated: build such an array with `States.Array` under a key that ends in `.$`.",
    source: source::DIAGNOSTICS,
    check: no_dollar,
};

fn no_dollar(definition: &Definition<'_>, report: &mut Report<'_>) {
    let meaning = LiteralMeaning::of(definition);
    for literal in definition
        .literals
        .iter()
        .filter(|literal| !literal.in_result)
    {
        if !meaning.is_evaluated(literal.text) {
            continue;
        }
        let text = literal.text;
        let (message, mend) = match literal.key {
            Some(key) if literal.is_whole => (
                format!("`{key}` is the text `{text}`, which is not evaluated"),
                "write an object with a key that ends in `.$`".to_owned(),
            ),
            Some(key) => (
                format!("`{key}` is given the text `{text}`, which is not evaluated"),
                format!("write the key as `{key}.$`"),
            ),
            None => (
                format!("an item is the text `{text}`, which is not evaluated"),
                "build the array with `States.Array(..)` under a key that ends in `.$`".to_owned(),
            ),
        };
        let fix = literal.key.filter(|_| !literal.is_whole).map(|key| {
            let title = format!("rename `{key}` to `{key}.$`");
            Fix::risky(title, Edit::rename(&literal.pointer, format!("{key}.$")))
        });
        report.add(&literal.pointer, message).suggest(mend).fix(fix);
    }
}
