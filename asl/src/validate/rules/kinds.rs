//! Choices between the kinds of one value, as an exhaustive `match` writes them: each rule compares the value with a constant, or asks for
//! the one field that a kind has. Nobody but the author knows whether all kinds are there.

use std::collections::BTreeSet;

use jlens_core::ast::{BinaryOp, Node, NodeKind};

use crate::json::{Json, Object};
use crate::jsonata::Expression;
use crate::model::Operator;

/// The values, by their texts, whose kind a rule asks for.
pub(super) type Asked = BTreeSet<String>;

/// Whether there are several rules, and one value whose kind each of them asks for.
pub(super) fn are_of_one_value(rules: impl Iterator<Item = Asked>) -> bool {
    let mut count = 0;
    let common = rules.inspect(|_| count += 1).reduce(in_both);
    count > 1 && common.is_some_and(|common| !common.is_empty())
}

fn in_both(a: Asked, b: Asked) -> Asked {
    a.intersection(&b).cloned().collect()
}

fn in_any(a: Asked, b: Asked) -> Asked {
    a.into_iter().chain(b).collect()
}

/// What a JSONPath rule asks for.
pub(super) fn of_rule(rule: &Object) -> Asked {
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
        return Asked::new();
    };
    let operator = rule.keys().find_map(|key| Operator::from_name(key));
    match operator.map(Operator::name) {
        Some("StringEquals" | "NumericEquals" | "BooleanEquals") => {
            Asked::from([variable.to_owned()])
        }
        Some("IsPresent") => owner(variable).into_iter().collect(),
        _ => Asked::new(),
    }
}

/// What a JSONata condition asks for.
pub(super) fn of_condition(text: &str) -> Asked {
    Expression::parse(text).map_or(Asked::new(), |expression| {
        of_node(&expression.compiled().ast().root, text)
    })
}

fn of_node(node: &Node, text: &str) -> Asked {
    let written = |node: &Node| {
        let text = text.get(node.span.start..node.span.end)?;
        Some(text.trim().to_owned())
    };
    match &node.kind {
        NodeKind::Binary { op, lhs, rhs } => match op {
            BinaryOp::And => in_any(of_node(lhs, text), of_node(rhs, text)),
            BinaryOp::Or => in_both(of_node(lhs, text), of_node(rhs, text)),
            BinaryOp::Eq if is_constant(rhs) => written(lhs).into_iter().collect(),
            BinaryOp::Eq if is_constant(lhs) => written(rhs).into_iter().collect(),
            BinaryOp::In => written(lhs).into_iter().collect(),
            _ => Asked::new(),
        },
        NodeKind::Block { exprs, .. } => match exprs.as_slice() {
            [only] => of_node(only, text),
            _ => Asked::new(),
        },
        NodeKind::Path { steps, .. } => match steps.as_slice() {
            [only] => of_node(only, text),
            _ => Asked::new(),
        },
        NodeKind::Function { procedure, args } => match (name(procedure), args.as_slice()) {
            (Some("not"), [only]) => of_node(only, text),
            (Some("exists"), [only]) => {
                let owner = written(only).and_then(|field| owner(&field));
                owner.into_iter().collect()
            }
            _ => Asked::new(),
        },
        _ => Asked::new(),
    }
}

fn is_constant(node: &Node) -> bool {
    match &node.kind {
        NodeKind::String { .. } | NodeKind::Number { .. } | NodeKind::Bool { .. } => true,
        NodeKind::Negate { expr } => is_constant(expr),
        NodeKind::Path { steps, .. } => matches!(steps.as_slice(), [step] if is_constant(step)),
        _ => false,
    }
}

/// The name of a function that is called.
fn name(procedure: &Node) -> Option<&str> {
    match &procedure.kind {
        NodeKind::Variable { name } => Some(name),
        NodeKind::Path { steps, .. } => match steps.as_slice() {
            [step] => name(step),
            _ => None,
        },
        _ => None,
    }
}

/// What a field belongs to: `$order.item` of `$order.item.Book`.
fn owner(field: &str) -> Option<String> {
    let (owner, _) = field.rsplit_once('.').or_else(|| field.rsplit_once("['"))?;
    Some(owner.to_owned())
}
