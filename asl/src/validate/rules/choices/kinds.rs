//! Choices between the variants of one value, as an exhaustive `match` produces them: each rule
//! compares the value with a constant, or tests the one field that a variant has. Only the author
//! knows whether all variants are covered.

use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::jsonata::{Expression, JsonataNode, NodeKind, Operator};
use crate::model;

/// The values, as texts, whose variant a rule tests.
pub(super) type TestedValues = BTreeSet<String>;

/// Whether there are several rules and all of them test the variant of the same value.
pub(super) fn are_of_one_value(rules: impl Iterator<Item = TestedValues>) -> bool {
    let mut count = 0;
    let common = rules.inspect(|_| count += 1).reduce(in_both);
    count > 1 && common.is_some_and(|common| !common.is_empty())
}

fn in_both(a: TestedValues, b: TestedValues) -> TestedValues {
    a.intersection(&b).cloned().collect()
}

fn in_any(a: TestedValues, b: TestedValues) -> TestedValues {
    a.into_iter().chain(b).collect()
}

/// The values that a JSONPath rule tests.
pub(super) fn of_rule(rule: &Object) -> TestedValues {
    let inner = |key: &str| {
        let list = rule.get(key).and_then(Json::as_array)?;
        Some(list.iter().filter_map(Json::as_object).map(of_rule))
    };
    if let Some(all) = inner("And") {
        return all.reduce(in_any).unwrap_or_default();
    }
    if let Some(any) = inner("Or") {
        return any.reduce(in_both).unwrap_or_default();
    }
    if let Some(not) = rule.get("Not").and_then(Json::as_object) {
        return of_rule(not);
    }
    let Some(variable) = rule.get("Variable").and_then(Json::as_str) else {
        return TestedValues::new();
    };
    let operator = rule.keys().find_map(|key| model::Operator::from_name(key));
    match operator.map(model::Operator::name) {
        Some("StringEquals" | "NumericEquals" | "BooleanEquals") => {
            TestedValues::from([variable.to_owned()])
        }
        Some("IsPresent") => owner(variable).into_iter().collect(),
        _ => TestedValues::new(),
    }
}

/// The values that a JSONata condition tests.
pub(super) fn of_condition(text: &str) -> TestedValues {
    let asked = Expression::parse_with(text, |root| of_node(root, text));
    asked.map_or(TestedValues::new(), |(_, asked)| asked)
}

fn of_node(node: &JsonataNode, text: &str) -> TestedValues {
    let written = |node: &JsonataNode| -> Option<String> {
        let text = text.get(node.span.clone())?;
        Some(text.trim().to_owned())
    };
    match &node.kind {
        NodeKind::Binary(op, sides) => {
            let [left, right] = &**sides;
            match op {
                Operator::And => in_any(of_node(left, text), of_node(right, text)),
                Operator::Or => in_both(of_node(left, text), of_node(right, text)),
                Operator::Eq if is_constant(right) => written(left).into_iter().collect(),
                Operator::Eq if is_constant(left) => written(right).into_iter().collect(),
                Operator::In => written(left).into_iter().collect(),
                _ => TestedValues::new(),
            }
        }
        NodeKind::Block(expressions) => match expressions.as_slice() {
            [only] => of_node(only, text),
            _ => TestedValues::new(),
        },
        NodeKind::Function(procedure, arguments) => match (name(procedure), arguments.as_slice()) {
            (Some("not"), [only]) => of_node(only, text),
            (Some("exists"), [only]) => {
                let owner = written(only).and_then(|field| owner(&field));
                owner.into_iter().collect()
            }
            _ => TestedValues::new(),
        },
        NodeKind::Path(steps) if steps.len() == 1 => of_node(&steps[0], text),
        // A value that is itself a boolean.
        NodeKind::Variable(_) | NodeKind::Path(_) => written(node).into_iter().collect(),
        _ => TestedValues::new(),
    }
}

fn is_constant(node: &JsonataNode) -> bool {
    match &node.kind {
        NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Literal => true,
        NodeKind::Negate(inner) => is_constant(inner),
        NodeKind::Path(steps) => matches!(steps.as_slice(), [step] if is_constant(step)),
        _ => false,
    }
}

/// The name of a called function.
fn name(procedure: &JsonataNode) -> Option<&str> {
    match &procedure.kind {
        NodeKind::Variable(name) => Some(name),
        NodeKind::Path(steps) => match steps.as_slice() {
            [step] => name(step),
            _ => None,
        },
        _ => None,
    }
}

/// The value that contains a field: `$order.item` for `$order.item.Book`.
fn owner(field: &str) -> Option<String> {
    let (owner, _) = field.rsplit_once('.').or_else(|| field.rsplit_once("['"))?;
    Some(owner.to_owned())
}
