//! Rules about Choice states.

mod coverage;
pub(super) mod incomplete_choices;
pub(super) mod invalid_jsonata_choice;
mod kinds;
pub(super) mod missing_default;
pub(super) mod next_in_inner_rule;
pub(super) mod not_one_comparison;
pub(super) mod untested_presence;
pub(super) mod wrong_operand_type;

use crate::json::{Json, Object};
use crate::model::Operator;
use crate::validate::definition::{Definition, DefinitionPart};

fn rules<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("ChoiceRule")
}

/// Whether the rule is directly in `Choices`, not nested in another rule.
fn is_outer(rule: &DefinitionPart<'_>) -> bool {
    rule.parent == Some("Choice")
}

/// The tests of a JSONPath rule: its comparison operators, `And`, `Or` and `Not`.
fn tests<'d>(rule: &DefinitionPart<'d>) -> Vec<&'d str> {
    let keys = rule.object.keys().map(String::as_str);
    keys.filter(|key| matches!(*key, "And" | "Or" | "Not") || Operator::from_name(key).is_some())
        .collect()
}

/// A comparison in a Choice rule.
#[derive(Clone, Copy)]
struct NumberComparison<'d> {
    variable: &'d str,
    operator: Operator,
    operand: &'d Json,
}

fn comparison(rule: &Object) -> Option<NumberComparison<'_>> {
    let variable = rule.get("Variable")?.as_str()?;
    rule.iter().find_map(|(key, operand)| {
        Some(NumberComparison {
            variable,
            operator: Operator::from_name(key)?,
            operand,
        })
    })
}

/// The rules nested in a rule.
fn inner(rule: &Object) -> impl Iterator<Item = &Json> {
    let lists = ["And", "Or"].into_iter().flat_map(|key| {
        let rules = rule.get(key).and_then(Json::as_array);
        rules.into_iter().flatten()
    });
    lists.chain(rule.get("Not"))
}
