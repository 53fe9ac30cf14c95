//! Reports a choice rule whose operand does not fit its operator: a text for `NumericEquals`.

use crate::model::{OperandType, Operator};
use crate::timestamp;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::{self, in_quotes};
use crate::validate::rules::waits_and_fails::{NO_TIMESTAMP, TIMESTAMP_MEND, timestamps};
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
                    .suggest(mend)
                    .choices(|| {
                        let path = format!("{operator}Path");
                        let renamed =
                            takes_path.then(|| field_fixes::rename(rule, operator.name(), &path));
                        let text = operand.as_str().unwrap_or_default();
                        let times = timestamps(text).into_iter().filter(|_| !takes_path);
                        let times = times.map(|text| field_fixes::set(rule, operator.name(), text));
                        renamed
                            .flatten()
                            .into_iter()
                            .chain(times)
                            .collect::<Vec<_>>()
                    });
            } else if operator == Operator::StringMatches
                && let Some(Err(fault)) = operand.as_str().map(Wildcard::parse)
            {
                let text = operand.as_str().unwrap_or_default();
                let entry = report.add(rule.at(operator.name()), fault.message);
                entry.choices(|| {
                    let escaped = text.replace('\\', "\\\\");
                    [field_fixes::set(rule, operator.name(), escaped)]
                });
            } else if !fits {
                let message = format!(
                    "`{operator}` compares with {wanted}, not with {}",
                    operand.noun()
                );
                let wants_text = wanted == "a string";
                report
                    .add(rule.at(operator.name()), message)
                    .suggest(wants_text.then(|| in_quotes(operand)).flatten())
                    .fix(wants_text.then(|| quoted(rule, operator)).flatten())
                    .choices(|| {
                        let fits = |value: &Json| {
                            if operator.is_path() {
                                false
                            } else {
                                let kind = operator.operand_type();
                                kind != OperandType::Timestamp && kind.accepts(value)
                            }
                        };
                        converted(operand)
                            .into_iter()
                            .filter(fits)
                            .map(|value| field_fixes::set(rule, operator.name(), value))
                            .chain(other_operators(rule, operator, operand))
                            .chain(null_test(rule, operator, operand))
                            .chain(
                                operator
                                    .is_path()
                                    .then(|| field_fixes::set(rule, operator.name(), "$.value")),
                            )
                            .collect::<Vec<_>>()
                    });
            }
        }
    }
}

/// The operand in other types.
fn converted(operand: &Json) -> Vec<Json> {
    match operand {
        Json::String(text) => {
            let json = text.trim().to_ascii_lowercase().parse::<Json>().ok();
            let json = json.filter(|json| matches!(json, Json::Number(_) | Json::Bool(_)));
            let tests = [Json::from(true), Json::from(false)];
            json.map_or(tests.to_vec(), |json| vec![json])
        }
        Json::Number(_) | Json::Bool(_) => {
            vec![operand.to_string().into(), true.into(), false.into()]
        }
        _ => vec![true.into(), false.into(), 0.into(), "".into()],
    }
}

/// The same comparison for the type of the operand: `StringEquals` for `NumericEquals`.
fn other_operators(rule: &DefinitionPart<'_>, operator: Operator, operand: &Json) -> Vec<Fix> {
    let kinds = ["String", "Numeric", "Boolean", "Timestamp"];
    let name = operator.name();
    let Some(compares) = kinds.iter().find_map(|kind| name.strip_prefix(kind)) else {
        return Vec::new();
    };
    let names = kinds.iter().map(|kind| format!("{kind}{compares}"));
    let fits = |name: &String| {
        let operator = Operator::from_name(name);
        operator.is_some_and(|operator| {
            let is_time = operator.operand_type() == OperandType::Timestamp;
            !operator.is_path() && !is_time && operator.operand_type().accepts(operand)
        })
    };
    let fitting = names.filter(fits);
    fitting
        .filter_map(|new| field_fixes::rename(rule, name, &new))
        .collect()
}

/// Tests whether a value is null instead of comparing it with null.
fn null_test(rule: &DefinitionPart<'_>, operator: Operator, operand: &Json) -> Option<Fix> {
    let pointer = rule.at(operator.name());
    let is_equal = operator.name().ends_with("Equals") && !operator.name().contains("Than");
    let edits = [
        Edit::rename(&pointer, "IsNull"),
        Edit::replace(&pointer, true),
    ];
    let fits = operand.is_null() && is_equal && !rule.has("IsNull");
    fits.then(|| Fix::choice("test for null with `IsNull`", edits))
}

fn quoted(rule: &DefinitionPart<'_>, operator: Operator) -> Option<Fix> {
    let operand = rule.get(operator.name())?;
    proposals::quote(&rule.at(operator.name()), operand)
}
