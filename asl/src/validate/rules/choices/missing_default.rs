//! Reports a Choice state that may match no rule and then fails the execution.

use std::collections::HashMap;

use crate::validate::definition::ExpressionText;
use crate::validate::rules::prelude::*;
use crate::validate::walk::address;

use super::coverage::{jsonata_exhaustive, jsonpath_exhaustive};
use super::kinds;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW074",
    name: "missing-default",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "A Choice has no `Default`, and its rules may not cover all cases.",
    doc: "When no rule matches and there is no `Default`, the execution fails with `States.Runtime`, which cannot be caught. Rules count as exhaustive when one is `true`, when one is the opposite of another, when a boolean or a test is compared with both `true` and `false`, or when comparisons of a number with constants leave no gap. A Choice is also not reported when it has several rules and each tests which variant the same value is, by comparing it with a constant or by testing for one of its fields: an exhaustive `match` compiles to such rules, and the definition does not list the variants.",
    source: source::CHOICE,
    check: no_default,
};

fn no_default(definition: &Definition<'_>, report: &mut Report<'_>) {
    let mut conditions: Option<HashMap<usize, &ExpressionText<'_>>> = None;
    for choice in definition.parts_of("Choice") {
        let rules = choice.items("Choices").unwrap_or_default();
        if choice.has("Default") || rules.is_empty() {
            continue;
        }
        let exhaustive = match choice.language {
            QueryLanguage::JsonPath => {
                let objects = rules.iter().filter_map(Json::as_object);
                jsonpath_exhaustive(rules) || kinds::are_of_one_value(objects.map(kinds::of_rule))
            }
            QueryLanguage::Jsonata => {
                let conditions = conditions.get_or_insert_with(|| conditions_of(definition));
                jsonata_exhaustive(rules, conditions) || are_of_one_value(rules, conditions)
            }
        };
        if !exhaustive {
            report
                .add(
                    &choice.pointer,
                    "the rules may not cover all cases, and there is no `Default`: if no rule matches, the execution fails with `States.Runtime`",
                )
                .at_key()
                .suggest("add a `Default`".to_owned())
                .choices(|| defaults(definition, choice));
        }
    }
}

/// Adds a `Default`: a new Fail state, or another state.
fn defaults(definition: &Definition<'_>, choice: &DefinitionPart<'_>) -> Vec<Fix> {
    let Some(number) = choice.state else {
        return Vec::new();
    };
    let index = definition.graph.states()[number].container;
    let container = &definition.graph.containers()[index];
    let name = state_fixes::fresh_name(definition, "No rule matched");
    let fail = json!({"Type": "Fail", "Error": "NoRuleMatched"});
    let edits = [
        field_fixes::add_edit(choice, "Default", name.as_str()),
        state_fixes::add_state(container, &name, fail),
    ];
    let failing = Fix::choice("fail if no rule matches", edits);
    let targets = state_fixes::targets(definition, index, Some(number)).into_iter();
    let targets = targets.map(|name| field_fixes::add(choice, "Default", name));
    targets.chain([failing]).collect()
}

/// The expressions of conditions, by the number of the rule.
fn conditions_of<'a, 'd>(definition: &'a Definition<'d>) -> HashMap<usize, &'a ExpressionText<'d>> {
    let expressions = definition.expressions.iter();
    expressions
        .filter(|expression| expression.field == "Condition" && expression.is_whole)
        .map(|expression| {
            let rule = definition.parts[expression.part].object;
            (address(rule), expression)
        })
        .collect()
}

/// Whether the conditions test the variant of the same value.
fn are_of_one_value(rules: &[Json], conditions: &HashMap<usize, &ExpressionText<'_>>) -> bool {
    kinds::are_of_one_value(rules.iter().filter_map(Json::as_object).map(|rule| {
        let expression = conditions.get(&address(rule));
        match expression.map(|expression| &expression.parsed) {
            Some(Some(Ok(expression))) => kinds::of_condition(expression.source),
            _ => kinds::TestedValues::new(),
        }
    }))
}
