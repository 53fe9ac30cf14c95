//! Choice states and their rules.

use crate::diagnostic::Severity;
use crate::fix::Fix;
use crate::json::Json;
use crate::model::{OperandType, Operator, QueryLanguage};
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::delimiters::mended;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use crate::timestamp;
use crate::wildcard::Wildcard;

use super::fields::{in_quotes, is_substitution};
use super::proposals;
use super::wait::{NO_TIMESTAMP, TIMESTAMP_MEND};

fn rules<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("ChoiceRule")
}

/// Whether the rule is directly in `Choices`, not nested in another rule.
fn is_outer(rule: &DefinitionPart<'_>) -> bool {
    rule.parent == Some("Choice")
}

fn operators(rule: &DefinitionPart<'_>) -> impl Iterator<Item = Operator> {
    rule.object
        .keys()
        .filter_map(|key| Operator::from_name(key))
}

/// The tests of a JSONPath rule: its comparison operators, `And`, `Or` and `Not`.
fn tests<'d>(rule: &DefinitionPart<'d>) -> Vec<&'d str> {
    let keys = rule.object.keys().map(String::as_str);
    keys.filter(|key| matches!(*key, "And" | "Or" | "Not") || Operator::from_name(key).is_some())
        .collect()
}

pub(super) const EMPTY_OR_WITHOUT_NEXT: Rule = Rule {
    id: "SW070",
    name: "incomplete-choices",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`Choices` is missing or empty, or a rule has no `Next`.",
    doc: "Rules are tried in order; the `Next` of the first rule that matches names the next state.",
    source: source::CHOICE,
    check: empty_or_without_next,
};

fn empty_or_without_next(definition: &Definition<'_>, report: &mut Report<'_>) {
    for choice in definition.parts_of("Choice") {
        if !choice.has("Choices") {
            let message = "These fields are required: [Choices]";
            report.add(&choice.pointer, message).at_key();
        }
        if choice.items("Choices").is_some_and(<[_]>::is_empty) {
            report.add(choice.at("Choices"), "Value cannot be empty");
        }
    }
    for rule in rules(definition) {
        if is_outer(rule) && !rule.has("Next") {
            let message = "These fields are required: [Next]";
            report.add(&rule.pointer, message);
        }
    }
}

pub(super) const ONE_TEST: Rule = Rule {
    id: "SW071",
    name: "not-one-comparison",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A choice rule does not have exactly one comparison, `And`, `Or` or `Not`.",
    doc: "A JSONPath rule is one comparison with its `Variable`, or one of `And`, `Or` and `Not`. `And` and `Or` contain at least one rule. Join several comparisons with `And`.",
    source: source::CHOICE,
    check: one_test,
};

fn one_test(definition: &Definition<'_>, report: &mut Report<'_>) {
    for rule in rules(definition) {
        // Another rule reports a condition in the wrong language.
        if rule.language != QueryLanguage::JsonPath || rule.has("Condition") {
            continue;
        }
        let message = match tests(rule).as_slice() {
            [] => {
                "a choice rule needs a comparison such as `StringEquals`, or `And`, `Or` or `Not`"
                    .to_owned()
            }
            [test @ ("And" | "Or")] if rule.items(test).is_some_and(<[_]>::is_empty) => {
                report.add(rule.at(test), "Value cannot be empty");
                continue;
            }
            [test] => {
                let compares = Operator::from_name(test).is_some();
                match (compares, rule.has("Variable")) {
                    (true, false) => format!("`{test}` needs a `Variable` to compare"),
                    (false, true) => {
                        format!(
                            "`Variable` is not allowed next to `{test}`; move it into the rules inside `{test}`"
                        )
                    }
                    _ => continue,
                }
            }
            several => format!(
                "a choice rule has one test, not {}: {}",
                several.len(),
                several.join(", ")
            ),
        };
        report.add(&rule.pointer, message);
    }
}

pub(super) const NEXT_INSIDE: Rule = Rule {
    id: "SW072",
    name: "next-in-inner-rule",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A rule inside `And`, `Or` or `Not` has `Next`, or has `Assign`, which is a warning.",
    doc: "Only the outermost rule, which is directly in `Choices`, has `Next` and `Assign`.",
    source: source::CHOICE,
    check: next_inside,
};

fn next_inside(definition: &Definition<'_>, report: &mut Report<'_>) {
    for rule in rules(definition) {
        if !is_outer(rule) && rule.has("Next") {
            report
                .add(rule.at("Next"), "Field 'Next' is not supported")
                .at_key()
                .suggest(Some("only the outermost rule has `Next`".to_owned()));
        }
        if !is_outer(rule) && rule.has("Assign") && rule.language == QueryLanguage::JsonPath {
            report
                .add(rule.at("Assign"), "only the outermost rule has `Assign`")
                .at_key()
                .warn();
        }
    }
}

pub(super) const OPERAND: Rule = Rule {
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
                    .suggest(Some(mend));
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

pub(super) const CONDITION: Rule = Rule {
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
            report.add(rule.at(field), message).at_key().suggest(Some(
                "a JSONata rule tests with `\"Condition\": \"{% ... %}\"`".to_owned(),
            ));
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
                        .suggest(mended(text).map(|text| format!("write `{text}`")))
                        .fix(fix);
                }
            }
            Some(other) => {
                let message = format!(
                    "expected an expression or a boolean, found {}",
                    other.noun()
                );
                report.add(rule.at("Condition"), message);
            }
            None => {
                let message = "These fields are required: [Condition]";
                report.add(&rule.pointer, message);
            }
        }
    }
}
