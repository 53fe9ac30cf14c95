//! Conditions as Choice rules.

use super::choice_rule::{all, any, not, on, operator_name, there, unchecked};
use super::leaf::Leaf;
use super::path::Paths;
use crate::expr::{Binary, Expr, ExprNode, Unary};
use crate::lower::env::Env;
use crate::lower::jsonata;
use crate::lower::report::{FLOATS, HIDDEN_NONE, Report};
use crate::shape::Shape;
use serde_json::Value;
use stepwright_asl::json::Json;
use stepwright_asl::model::{ChoiceRule, Comparison, Operator};

/// The rule of a condition.
pub(in crate::lower) fn condition(expr: &Expr, env: &Env<'_>, report: &mut Report) -> ChoiceRule {
    rule(&mut Paths::new(env.clone(), report), expr)
}

fn rule(paths: &mut Paths<'_, '_>, expr: &Expr) -> ChoiceRule {
    let before = paths.report.enter(expr);
    let rule = if paths.report.descend() {
        rule_here(paths, expr)
    } else {
        ChoiceRule::default()
    };
    paths.report.ascend();
    paths.report.leave(before);
    rule
}

fn rule_here(paths: &mut Paths<'_, '_>, expr: &Expr) -> ChoiceRule {
    match expr.untyped() {
        ExprNode::Unary(Unary::Not, value) => not(rule(paths, value)),
        ExprNode::Binary(Binary::And, left, right) => {
            all(vec![rule(paths, left), rule(paths, right)])
        }
        ExprNode::Binary(Binary::Or, left, right) => {
            let mut rules = Vec::new();
            for side in [left, right] {
                let side = rule(paths, side);
                if side.or.is_empty() {
                    rules.push(side)
                } else {
                    rules.extend(side.or)
                }
            }
            any(rules)
        }
        ExprNode::Binary(operator, left, right) => compare(paths, *operator, left, right),
        ExprNode::Method(base, name, arguments) => method(paths, expr, base, name, arguments),
        ExprNode::Function(path, arguments) => match (&**path, arguments.as_slice()) {
            ("functions::is_before", [text, other]) => {
                let (text, other) = (paths.leaf_of(text), paths.leaf_of(other));
                ordered(paths, Binary::Lt, text, other, false)
            }
            _ => truth(paths, expr),
        },
        ExprNode::Let(bindings, body) => rule(paths, &Expr::put_in(bindings, body)),
        _ => truth(paths, expr),
    }
}

/// The rule of a constant.
pub(in crate::lower) fn always(paths: &mut Paths<'_, '_>, constant: &Expr) -> ChoiceRule {
    truth(paths, constant)
}

/// A condition that reads a `bool` value.
fn truth(paths: &mut Paths<'_, '_>, expr: &Expr) -> ChoiceRule {
    match paths.leaf_of(expr) {
        Ok(leaf) => on(paths, &leaf, Operator::BooleanEquals, true.into()),
        Err(value) => known(value == Value::Bool(true)),
    }
}

/// A constant condition: it tests `IsPresent` on a field that always exists.
fn known(holds: bool) -> ChoiceRule {
    ChoiceRule {
        variable: Some("$$.Execution.Id".to_owned()),
        comparison: Some(Comparison {
            operator: Operator::IsPresent,
            operand: holds.into(),
        }),
        ..ChoiceRule::default()
    }
}

fn method(
    paths: &mut Paths<'_, '_>,
    expr: &Expr,
    base: &Expr,
    name: &str,
    arguments: &[Expr],
) -> ChoiceRule {
    if let ("is_some" | "is_none", []) = (name, arguments)
        && let Some(member) = member(paths, base)
    {
        let is_there = name == "is_some";
        return on(paths, &member, Operator::IsPresent, is_there.into());
    }
    match (name, arguments) {
        ("is_some", []) => some(paths, base),
        ("is_none", []) => not(some(paths, base)),
        ("is_null" | "is_string" | "is_number" | "is_boolean", []) => match paths.leaf_of(base) {
            Ok(leaf) if matches!(leaf.shape.plain(), Shape::Any) => {
                let operator = match name {
                    "is_null" => Operator::IsNull,
                    "is_string" => Operator::IsString,
                    "is_number" => Operator::IsNumeric,
                    _ => Operator::IsBoolean,
                };
                on(paths, &leaf, operator, true.into())
            }
            _ => truth(paths, expr),
        },
        ("starts_with" | "ends_with" | "contains", [part]) => {
            let Ok(leaf) = paths.leaf_of(base) else {
                return truth(paths, expr);
            };
            let text = match &*part.node {
                ExprNode::Literal(Value::String(text))
                    if matches!(leaf.shape.plain(), Shape::String) =>
                {
                    text
                }
                _ => {
                    paths.report.fault(format!(
                        "`{name}` in a JSONPath choice takes a text and a literal; {way_out}",
                        way_out = paths.env.use_jsonata()
                    ));
                    return ChoiceRule::default();
                }
            };
            let text = text.replace('\\', "\\\\").replace('*', "\\*");
            let pattern = match name {
                "starts_with" => format!("{text}*"),
                "ends_with" => format!("*{text}"),
                _ => format!("*{text}*"),
            };
            on(paths, &leaf, Operator::StringMatches, pattern.into())
        }
        ("is_empty", []) => match paths.leaf_of(base) {
            Ok(leaf) if matches!(leaf.shape.plain(), Shape::String) => {
                on(paths, &leaf, Operator::StringEquals, "".into())
            }
            Ok(leaf) if matches!(leaf.shape.plain(), Shape::Array(_)) => {
                // Tests whether the first item is present.
                not(on(
                    paths,
                    &Leaf::path(format!("{}[0]", leaf.text), Shape::Any),
                    Operator::IsPresent,
                    true.into(),
                ))
            }
            _ => truth(paths, expr),
        },
        (name, []) if crate::expr::methods::is_identity(name) => rule(paths, base),
        _ => truth(paths, expr),
    }
}

/// `value.get("name")` of a `serde_json::Value`: `Some` if the member exists, whatever its value.
fn member(paths: &mut Paths<'_, '_>, expr: &Expr) -> Option<Leaf> {
    let ExprNode::Method(base, name, arguments) = expr.untyped() else {
        return None;
    };
    let [key] = arguments.as_slice() else {
        return None;
    };
    let ExprNode::Literal(key) = key.untyped() else {
        return None;
    };
    let step = match key {
        Value::String(key) => super::path::step(key),
        Value::Number(index) => format!("[{index}]"),
        _ => return None,
    };
    if &**name != "get" {
        return None;
    }
    match paths.leaf_of(base) {
        Ok(leaf) if !leaf.call && matches!(leaf.shape.plain(), Shape::Any) => {
            Some(Leaf::path(leaf.text + &step, Shape::Any))
        }
        _ => None,
    }
}

/// Present and not null.
fn some(paths: &mut Paths<'_, '_>, expr: &Expr) -> ChoiceRule {
    match paths.leaf_of(expr) {
        Ok(leaf) => match leaf.shape.custom() {
            Some(form) => {
                paths.report.fault(form.refusal());
                ChoiceRule::default()
            }
            None if leaf.shape.hides_none() => {
                paths.report.fault(HIDDEN_NONE);
                ChoiceRule::default()
            }
            None => there(&leaf, paths),
        },
        Err(value) => known(!value.is_null()),
    }
}

fn compare(paths: &mut Paths<'_, '_>, operator: Binary, left: &Expr, right: &Expr) -> ChoiceRule {
    if let Binary::Eq | Binary::Ne = operator {
        for (option, none) in [(left, right), (right, left)] {
            if let ExprNode::None = none.untyped() {
                let some = some(paths, option);
                return if operator == Binary::Ne {
                    some
                } else {
                    not(some)
                };
            }
        }
    }
    let names = |side: &Expr| matches!(side.untyped(), ExprNode::Placeholder(_));
    let is_placeholder = names(left) || names(right);
    let (left, right) = (side(paths, left), side(paths, right));
    let alike = |side: &Result<Leaf, Value>| match side {
        Ok(leaf) => !matches!(leaf.shape.plain(), Shape::String),
        Err(Value::String(text)) => !is_placeholder && jsonata::orders_alike(text),
        Err(_) => true,
    };
    if !matches!(operator, Binary::Eq | Binary::Ne) && !alike(&left) && !alike(&right) {
        paths.report.fault(jsonata::TEXTS);
        return ChoiceRule::default();
    }
    ordered(paths, operator, left, right, is_placeholder)
}

/// A comparison of a path with a path or a literal.
fn ordered(
    paths: &mut Paths<'_, '_>,
    operator: Binary,
    left: Result<Leaf, Value>,
    right: Result<Leaf, Value>,
    is_placeholder: bool,
) -> ChoiceRule {
    let (variable, operator, operand) = match (left, right) {
        (Ok(variable), operand) => (variable, operator, operand),
        (Err(value), Ok(variable)) => (variable, mirrored(operator), Err(value)),
        (Err(_), Err(_)) => {
            paths
                .report
                .fault("this condition compares two literals; compare with a workflow value");
            return ChoiceRule::default();
        }
    };
    let kind = match (&variable.shape.some(), &operand) {
        (Shape::Any, Ok(other)) => other.shape.some(),
        (Shape::Any, Err(value)) => Shape::of_value(value),
        (kind, _) => kind.clone(),
    };
    if matches!(kind.plain(), Shape::SmallNumber) {
        paths.report.fault(FLOATS);
        return ChoiceRule::default();
    }
    let is_path = operand.is_ok();
    // A unit variant is compared as text.
    let kind = match (&kind, &operand) {
        (Shape::Enum(shape), Err(Value::String(name))) if shape.other_variant() != Some(name) => {
            Shape::String
        }
        (Shape::Struct(_), _) => kind.plain(),
        _ => kind,
    };
    // An option is a number or a text, or it is null or absent.
    let options: Vec<Leaf> = (std::iter::once(&variable).chain(operand.as_ref().ok()))
        .filter(|leaf| matches!(leaf.shape.plain(), Shape::Option(_)))
        .map(|leaf| Leaf {
            absent: None,
            ..leaf.clone()
        })
        .collect();
    // In Rust `None` is less than `Some`.
    let orders_options = !options.is_empty() && !matches!(operator, Binary::Eq | Binary::Ne);
    let operator = operator_name(&kind, operator, is_path).filter(|_| !orders_options);
    let Some((name, negated)) = operator else {
        paths.report.fault(format!(
            "a JSONPath choice cannot compare {} so; {way_out}",
            variable.shape.describe(),
            way_out = paths.env.use_jsonata()
        ));
        return ChoiceRule::default();
    };
    let variable = if is_path && !options.is_empty() {
        // It is compared below only if it is present.
        Leaf {
            absent: None,
            ..variable
        }
    } else {
        variable
    };
    let operand = match operand {
        Ok(leaf) if leaf.call => {
            paths.report.fault(format!(
                "a JSONPath choice compares with literals and paths, not with computed values; assign the value in a `pass` \
                 before, or {way_out}", way_out = paths.env.use_jsonata()));
            Json::Null
        }
        Ok(leaf) => Json::String(leaf.text),
        Err(value) => Json::from(value),
    };
    let rule = if is_placeholder {
        unchecked(paths, &variable, name, operand)
    } else {
        on(paths, &variable, name, operand)
    };
    let rule = if is_path {
        of_options(paths, rule, &options)
    } else {
        rule
    };
    if negated { not(rule) } else { rule }
}

/// Whether two paths are equal, of which `options` are options: the service fails if the second
/// path is absent, and null equals nothing.
fn of_options(paths: &mut Paths<'_, '_>, rule: ChoiceRule, options: &[Leaf]) -> ChoiceRule {
    let mut are_there: Vec<_> = (options.iter())
        .map(|option| there(option, paths))
        .collect();
    let are_none = are_there.iter().cloned().map(not).collect();
    are_there.push(rule);
    let are_equal = all(are_there);
    match options {
        [_, _] => any(vec![are_equal, all(are_none)]),
        _ => are_equal,
    }
}

/// One operand of a comparison: a computed value, or a literal, which includes a placeholder.
fn side(paths: &mut Paths<'_, '_>, expr: &Expr) -> Result<Leaf, Value> {
    match expr.untyped() {
        ExprNode::Placeholder(name) => Err(Value::String(stepwright_asl::placeholder::text(name))),
        _ => paths.leaf_of(expr),
    }
}

/// `1 < x` is `x > 1`.
fn mirrored(operator: Binary) -> Binary {
    match operator {
        Binary::Lt => Binary::Gt,
        Binary::Le => Binary::Ge,
        Binary::Gt => Binary::Lt,
        Binary::Ge => Binary::Le,
        other => other,
    }
}
