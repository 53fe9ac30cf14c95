use crate::validate::delimiters::mended;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals;

use super::{rules, tests};

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW129",
    name: "invalid-jsonata-choice",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A JSONata choice rule has no `Condition`, a `Condition` that is neither an expression nor a boolean, or fields of a JSONPath rule.",
    doc: "The `Condition` of a JSONata rule is an expression, such as `\"{% ... %}\"`, or the literal `true` or `false`.",
    source: source::CHOICE,
    check: condition,
};

fn condition(definition: &Definition<'_>, report: &mut Report<'_>) {
    for rule in rules(definition).filter(|rule| rule.language == QueryLanguage::Jsonata) {
        let foreign = tests(rule)
            .into_iter()
            .next()
            .or(rule.has("Variable").then_some("Variable"));
        if let Some(field) = foreign {
            let message =
                format!("The field '{field}' is only supported for the 'JSONPath' QueryLanguage");
            report
                .add(rule.at(field), message)
                .service_at(
                    ServiceText::ForeignField {
                        field: field.into(),
                        language: QueryLanguage::Jsonata.as_str(),
                        only: QueryLanguage::JsonPath.as_str(),
                    },
                    ServiceLocation::Parent,
                )
                .at_key()
                .suggest("a JSONata rule tests with `\"Condition\": \"{% ... %}\"`".to_owned());
            continue;
        }
        match rule.object.get("Condition") {
            Some(Json::Bool(_)) => {}
            Some(Json::String(text)) => {
                // Another rule reports an unclosed expression.
                if !text.starts_with("{%") && !is_substitution(text) {
                    let message = "expected an expression or a boolean, found a string";
                    let pointer = rule.at("Condition");
                    let fix = proposals::delimit(&pointer, text);
                    report
                        .add(pointer, message)
                        .service(ServiceText::WrongType("Boolean"))
                        .suggest(mended(text).map(|text| format!("write `{text}`")))
                        .fix(fix);
                }
            }
            Some(other) => {
                let message = format!(
                    "expected an expression or a boolean, found {}",
                    other.noun()
                );
                report
                    .add(rule.at("Condition"), message)
                    .service(ServiceText::WrongType("Boolean"));
            }
            None => {
                let message = "These fields are required: [Condition]";
                report.add(&rule.pointer, message);
            }
        }
    }
}
