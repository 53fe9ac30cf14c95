//! Reports a path in a field that takes plain text, such as `Error` instead of `ErrorPath`.

use crate::model::{OperandType, Operator};
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

use super::literal_meaning::LiteralMeaning;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW117",
    name: "missing-path-suffix",
    severity: Severity::Warning,
    code: Some("NO_PATH"),
    known: Evidence::Documented,
    summary: "A field has a value that looks like a path, but its name does not end in `Path`.",
    doc: "`Error`, `Cause` and the string comparisons use their text unchanged; their `Path` forms (`ErrorPath`, `CausePath`, `StringEqualsPath`, ..) take a path. A path in a field for a number or a timestamp is reported by SW017, SW073 or SW082.",
    source: source::DIAGNOSTICS,
    check: no_path,
};

fn no_path(definition: &Definition<'_>, report: &mut Report<'_>) {
    let meaning = LiteralMeaning::of(definition);
    let fails = definition.parts_of("Fail");
    for part in fails.chain(definition.parts_of("ChoiceRule")) {
        if part.language != QueryLanguage::JsonPath {
            continue;
        }
        let fields: Vec<&str> = match part.schema.name {
            "Fail" => vec!["Error", "Cause"],
            "ChoiceRule" => part
                .object
                .keys()
                .map(String::as_str)
                .filter(|key| Operator::from_name(key).is_some_and(has_path_form))
                .collect(),
            _ => continue,
        };
        for field in fields {
            let Some(text) = part.text(field).filter(|text| meaning.is_evaluated(text)) else {
                continue;
            };
            let path = format!("{field}Path");
            let fix = proposals::rename(part, field, &path);
            report
                .add(
                    part.at(field),
                    format!("`{field}` is the text `{text}`, not the value that the path selects"),
                )
                .suggest(format!("`{path}` takes a path"))
                .fix(fix.map(|fix| fix.with_safety(Safety::Unsafe)));
        }
    }
}

fn has_path_form(operator: Operator) -> bool {
    let takes_text = operator.operand_type() == OperandType::Text;
    takes_text && !operator.is_path() && operator != Operator::StringMatches
}
