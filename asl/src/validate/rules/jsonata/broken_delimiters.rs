//! Reports a string that should be a JSONata expression but has wrong `{%` or `%}` delimiters.

use crate::validate::definition::ExpressionText;
use crate::validate::delimiters::mended;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW125",
    name: "broken-delimiters",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A string begins with `{%` but does not end with `%}`; a warning if blanks outside the delimiters, or misspelled delimiters, make the string a literal.",
    doc: "A string is an expression only if it begins with `{%` and ends with `%}`. With a blank before or after these, or with `{ %` instead of `{%`, AWS uses the string unchanged and evaluates nothing.",
    source: source::JSONATA,
    check: not_closed,
};

fn not_closed(definition: &Definition<'_>, report: &mut Report<'_>) {
    for ExpressionText {
        pointer,
        field,
        is_whole,
        text,
        parsed,
        ..
    } in &definition.expressions
    {
        if parsed.is_some() {
            continue;
        }
        let suggestion = mended(text).map(|text| format!("write `{text}`"));
        let trimmed = text.trim();
        let is_closed = trimmed.len() >= 4 && trimmed.ends_with("%}");
        if text.starts_with("{%") && !is_closed {
            let message = "an expression that begins with `{%` must end with `%}`";
            report
                .add(pointer, message)
                .suggest(suggestion)
                .fix(proposals::delimit(pointer, text));
            continue;
        }
        // Another rule reports a literal in these fields.
        if *is_whole && matches!(*field, "Condition" | "Items" | "Timestamp") {
            continue;
        }
        let message = if is_closed && trimmed.starts_with("{%") {
            "blanks before `{%` or after `%}` make the string a literal that is not evaluated"
        } else {
            "an expression begins with `{%` and ends with `%}`; this string is a literal that is not evaluated"
        };
        let fix = proposals::delimit(pointer, text);
        report
            .add(pointer, message)
            .warn()
            .suggest(suggestion)
            .fix(fix.map(|fix| fix.with_safety(Safety::Unsafe)));
    }
}
