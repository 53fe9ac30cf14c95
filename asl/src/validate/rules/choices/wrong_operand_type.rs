use crate::model::{OperandType, Operator};
use crate::timestamp;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::{self, in_quotes};
use crate::validate::rules::waits_and_fails::{NO_TIMESTAMP, TIMESTAMP_MEND};
use crate::wildcard::Wildcard;

use super::rules;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW073",
    name: "wrong-operand-type",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "The operand of a comparison has the wrong JSON type.",
    doc: "Numeric comparisons take a number; `BooleanEquals` and the tests `IsNull`, `IsPresent` and so on take a boolean; all others take a string. Timestamp comparisons take an RFC 3339 timestamp, as in SW082. Operators that end in `Path` take a path. In the pattern of `StringMatches` only `\\*` and `\\\\` are escapes.",
    source: source::CHOICE,
    check: operand,
};

fn operators(rule: &DefinitionPart<'_>) -> impl Iterator<Item = Operator> {
    rule.object
        .keys()
        .filter_map(|key| Operator::from_name(key))
}

fn operand(definition: &Definition<'_>, report: &mut Report<'_>) {
    for rule in rules(definition).filter(|rule| rule.language == QueryLanguage::JsonPath) {
        for operator in operators(rule) {
            let operand = &rule.object[operator.name()];
            let (fits, wanted) = if operator.is_path() {
                (operand.as_str().is_some(), "a path")
            } else {
                let kind = operator.operand_type();
                (kind.accepts(operand), kind.noun())
            };
            if operand.as_str().is_some_and(is_substitution) {
                continue;
            }
            let is_time = operator.operand_type() == OperandType::Timestamp && !operator.is_path();
            if is_time
                && operand
                    .as_str()
                    .is_some_and(|text| !timestamp::is_literal(text))
            {
                let takes_path = operand.as_str().is_some_and(|text| text.starts_with('$'));
                let mend = if takes_path {
                    format!("`{operator}Path` takes a path")
                } else {
                    TIMESTAMP_MEND.to_owned()
                };
                report
                    .add(rule.at(operator.name()), NO_TIMESTAMP)
                    .suggest(mend);
            } else if operator == Operator::StringMatches
                && let Some(Err(fault)) = operand.as_str().map(Wildcard::parse)
            {
                report.add(rule.at(operator.name()), fault.message);
            } else if !fits {
                let message = format!(
                    "`{operator}` compares with {wanted}, not with {}",
                    operand.noun()
                );
                let wants_text = wanted == "a string";
                report
                    .add(rule.at(operator.name()), message)
                    .suggest(wants_text.then(|| in_quotes(operand)).flatten())
                    .fix(wants_text.then(|| quoted(rule, operator)).flatten());
            }
        }
    }
}

fn quoted(rule: &DefinitionPart<'_>, operator: Operator) -> Option<Fix> {
    let operand = rule.get(operator.name())?;
    proposals::quote(&rule.at(operator.name()), operand)
}
