//! Reports a Choice state without rules, and a choice rule without a next state.

use crate::validate::rules::fields::required_list;
use crate::validate::rules::prelude::*;

use super::{is_outer, rules};

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
        required_list(choice, "Choices", || rule_for(definition, choice), report);
    }
    for rule in rules(definition) {
        if is_outer(rule) && !rule.has("Next") {
            let message = "These fields are required: [Next]";
            let entry = report.add(&rule.pointer, message);
            entry.choices(|| {
                let targets = targets(definition, rule).into_iter();
                targets.map(|name| field_fixes::add(rule, "Next", name))
            });
        }
    }
}

/// A rule as a placeholder.
fn rule_for(definition: &Definition<'_>, choice: &DefinitionPart<'_>) -> Option<Json> {
    let default = choice.text("Default");
    let target = default.or_else(|| targets(definition, choice).first().copied())?;
    Some(match choice.language {
        QueryLanguage::JsonPath => {
            json!({"Variable": "$.value", "IsPresent": true, "Next": target})
        }
        QueryLanguage::Jsonata => {
            json!({"Condition": "{% $exists($states.input.value) %}", "Next": target})
        }
    })
}

/// The states that the rule may lead to.
fn targets<'d>(definition: &Definition<'d>, part: &DefinitionPart<'_>) -> Vec<&'d str> {
    let Some(choice) = part.state else {
        return Vec::new();
    };
    let container = definition.graph.states()[choice].container;
    state_fixes::targets(definition, container, Some(choice))
}
