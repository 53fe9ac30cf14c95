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
