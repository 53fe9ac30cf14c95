//! Reports a JSONPath choice rule with no test, with several tests, or with an incomplete one.

use crate::model::Operator;
use crate::validate::rules::prelude::*;

use super::{rules, tests};

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
                report
                    .add(rule.at(test), "Value cannot be empty")
                    .choices(|| {
                        let list = Json::Array(vec![comparison("$.value")]);
                        let title = format!("add a rule to `{test}`");
                        [Fix::choice(title, [Edit::replace(rule.at(test), list)])]
                    });
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
        report.add(&rule.pointer, message).choices(|| one(rule));
    }
}

/// A comparison as a placeholder.
fn comparison(variable: &str) -> Json {
    json!({"Variable": variable, "IsPresent": true})
}

/// Completes a rule, or reduces it to one test.
fn one(rule: &DefinitionPart<'_>) -> Vec<Fix> {
    let tests = tests(rule);
    match tests.as_slice() {
        [] if rule.has("Variable") => vec![field_fixes::add(rule, "IsPresent", true)],
        [] => {
            let edits = [
                Edit::Insert {
                    pointer: field_fixes::member(&rule.pointer, "Variable"),
                    value: "$.value".into(),
                    position: field_fixes::first(rule.object),
                },
                Edit::insert(field_fixes::member(&rule.pointer, "IsPresent"), true),
            ];
            if rule.object.is_empty() {
                vec![field_fixes::replace(&rule.pointer, comparison("$.value"))]
            } else {
                vec![Fix::choice("test whether `$.value` is present", edits)]
            }
        }
        [_] if rule.has("Variable") => vec![field_fixes::remove(rule, "Variable")],
        [_] => vec![field_fixes::add(rule, "Variable", "$.value")],
        several => {
            let mut fixes: Vec<Fix> = joined(rule, several).into_iter().collect();
            // A comparison needs the `Variable`; `And`, `Or` and `Not` must not have one.
            let fits = |test: &&&str| Operator::from_name(test).is_some() == rule.has("Variable");
            let fitting = several.iter().filter(fits);
            fixes.extend(fitting.map(|test| field_fixes::only(rule, test, several)));
            fixes
        }
    }
}

/// Joins several comparisons with `And`.
fn joined(rule: &DefinitionPart<'_>, tests: &[&str]) -> Option<Fix> {
    let variable = rule.get("Variable")?;
    if tests.iter().any(|test| Operator::from_name(test).is_none()) {
        return None;
    }
    let comparison = |test: &&str| {
        let mut comparison = Object::new();
        comparison.insert("Variable".to_owned(), variable.clone());
        comparison.insert((*test).to_owned(), rule.object[*test].clone());
        Json::Object(comparison)
    };
    let mut new = Object::new();
    let all: Vec<Json> = tests.iter().map(comparison).collect();
    new.insert("And".to_owned(), Json::Array(all));
    let others = rule.object.iter();
    let others = others.filter(|(key, _)| *key != "Variable" && !tests.contains(&key.as_str()));
    new.extend(others.map(|(key, value)| (key.clone(), value.clone())));
    let edit = Edit::replace(&rule.pointer, Json::Object(new));
    Some(Fix::choice("join the comparisons with `And`", [edit]))
}
