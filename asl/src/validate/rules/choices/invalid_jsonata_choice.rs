//! Reports a JSONata choice rule without a valid `Condition`, or with fields of JSONPath.

use crate::jsonata::{self, Expression};
use crate::model::Operator;
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
                .suggest("a JSONata rule tests with `\"Condition\": \"{% ... %}\"`".to_owned())
                .choices(|| as_condition(rule));
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
                        .fix(fix)
                        .choices(|| delimited(rule, text));
                }
            }
            Some(other) => {
                let message = format!(
                    "expected an expression or a boolean, found {}",
                    other.noun()
                );
                report
                    .add(rule.at("Condition"), message)
                    .service(ServiceText::WrongType("Boolean"))
                    .choices(|| {
                        [true, false].map(|test| field_fixes::set(rule, "Condition", test))
                    });
            }
            None => {
                let message = "These fields are required: [Condition]";
                let entry = report.add(&rule.pointer, message);
                entry.choices(|| {
                    let tests = ["{% $exists($states.input.value) %}"].map(Json::from);
                    let tests = tests.into_iter().chain([true.into()]);
                    tests.map(|test| field_fixes::add(rule, "Condition", test))
                });
            }
        }
    }
}

/// Puts a text that is an expression into delimiters.
fn delimited(rule: &DefinitionPart<'_>, text: &str) -> Option<Fix> {
    Expression::parse(text).ok()?;
    Some(field_fixes::set(
        rule,
        "Condition",
        format!("{{% {text} %}}"),
    ))
}

/// Writes the test of a JSONPath rule as an expression.
fn as_condition(rule: &DefinitionPart<'_>) -> Option<Fix> {
    let tested = |key: &str| {
        key == "Variable"
            || Operator::from_name(key).is_some()
            || matches!(key, "And" | "Or" | "Not")
    };
    let expression = jsonata_test(rule.object)?;
    Expression::parse(&expression).ok()?;
    let mut new = Object::new();
    if !rule.has("Condition") {
        new.insert(
            "Condition".to_owned(),
            format!("{{% {expression} %}}").into(),
        );
    }
    let others = rule.object.iter().filter(|(key, _)| !tested(key.as_str()));
    new.extend(others.map(|(key, value)| (key.clone(), value.clone())));
    let edit = Edit::replace(&rule.pointer, Json::Object(new));
    Some(Fix::choice("write the test as a `Condition`", [edit]))
}

/// The expression of a comparison in JSONPath; `None` if JSONata has no simple form of it.
fn jsonata_test(rule: &Object) -> Option<String> {
    let list = |key: &str| {
        let rules = rule.get(key)?.as_array()?.iter();
        let tests = rules.map(|rule| Some(format!("({})", jsonata_test(rule.as_object()?)?)));
        tests.collect::<Option<Vec<String>>>()
    };
    if let Some(all) = list("And") {
        return Some(all.join(" and "));
    }
    if let Some(any) = list("Or") {
        return Some(any.join(" or "));
    }
    if let Some(inner) = rule.get("Not").and_then(Json::as_object) {
        return Some(format!("$not({})", jsonata_test(inner)?));
    }
    match rule.get("Condition") {
        Some(Json::Bool(test)) => return Some(test.to_string()),
        Some(Json::String(text)) => return Some(jsonata::strip(text)?.trim().to_owned()),
        _ => {}
    }
    let comparison = super::comparison(rule)?;
    let value = match comparison.variable.strip_prefix('$')? {
        "" => "$states.input".to_owned(),
        path if path.starts_with(['.', '[']) => format!("$states.input{path}"),
        variable => format!("${variable}"),
    };
    let name = comparison.operator.name();
    let operand = comparison.operand;
    let literal = operand.to_string();
    let holds = |test: String| match operand.as_bool() {
        Some(false) => Some(format!("$not({test})")),
        _ => Some(test),
    };
    let kind = |kind: &str| holds(format!("$type({value}) = \"{kind}\""));
    match name {
        "IsPresent" => holds(format!("$exists({value})")),
        "IsNull" => kind("null"),
        "IsString" => kind("string"),
        "IsNumeric" => kind("number"),
        "IsBoolean" => kind("boolean"),
        _ if comparison.operator.is_path() => None,
        _ => {
            let kinds = ["String", "Numeric", "Boolean"];
            let operator = kinds.iter().find_map(|kind| name.strip_prefix(kind))?;
            let operator = match operator {
                "Equals" => "=",
                "LessThan" => "<",
                "GreaterThan" => ">",
                "LessThanEquals" => "<=",
                "GreaterThanEquals" => ">=",
                _ => return None,
            };
            Some(format!("{value} {operator} {literal}"))
        }
    }
}
