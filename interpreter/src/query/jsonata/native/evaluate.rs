//! The evaluation. `None` always means that jlens has to evaluate the expression.

use std::borrow::Cow;
use std::cmp::Ordering;

use jlens_core::ast::BinaryOp;
use smol_str::SmolStrBuilder;

use crate::query::Scope;
use crate::query::code_units::by_code_units;
use crate::value::{Object, Str, Value};

use super::super::build;
use super::super::limits::MAX_MEMORY;
use super::super::selection::SelectionResult;
use super::super::texts;
use super::{Function, Item, Native, Operand, Tree};

/// The longest result, as JSON. Results near the limit of an evaluation are left to jlens,
/// which has its own rules for the limit.
const MAX_RESULT: u64 = MAX_MEMORY as u64 / 2;

impl Native {
    /// Returns the value, unless jlens has to evaluate the expression.
    pub(in crate::query::jsonata) fn run(&self, scope: &Scope<'_>) -> Option<Value> {
        match self.tree.evaluate(scope)? {
            Operand::Number(number) => Some(build::number(number)),
            Operand::Bool(flag) => Some(Value::Bool(flag)),
            Operand::Node(_) if self.is_shadowed => None,
            other => {
                let value = other.into_value()?;
                (value.json_len() <= MAX_RESULT).then_some(value)
            }
        }
    }
}

impl Tree {
    pub(super) fn evaluate<'s>(&'s self, scope: &Scope<'s>) -> Option<Operand<'s>> {
        Some(match self {
            Tree::Constant(value) => value.borrowed(),
            Tree::Selection(selection) => match selection.find(scope) {
                SelectionResult::Value(Cow::Borrowed(value)) => Operand::of(value)?,
                SelectionResult::Value(Cow::Owned(value)) => Operand::of_owned(value)?,
                SelectionResult::Undefined => Operand::Undefined,
                SelectionResult::NeedsEvaluator => return None,
            },
            Tree::Binary(op, sides) => {
                let [left, right] = &**sides;
                // Nearly all operands are numbers.
                if let Some(right) = right.number(scope)
                    && let Some(left) = left.number(scope)
                {
                    return of_numbers(*op, left, right);
                }
                binary(*op, &left.evaluate(scope)?, &right.evaluate(scope)?)?
            }
            Tree::Negate(operand) => match operand.evaluate(scope)? {
                Operand::Undefined => Operand::Undefined,
                Operand::Number(number) => Operand::Number(-number),
                _ => return None,
            },
            Tree::And(sides) => {
                let [left, right] = &**sides;
                Operand::Bool(left.holds(scope)? && right.holds(scope)?)
            }
            Tree::Or(sides) => {
                let [left, right] = &**sides;
                Operand::Bool(left.holds(scope)? || right.holds(scope)?)
            }
            Tree::Concat(parts) => concat(parts, scope)?,
            Tree::Condition(parts) => {
                let [condition, then, otherwise] = &**parts;
                let part = if condition.holds(scope)? {
                    then
                } else {
                    otherwise
                };
                part.evaluate(scope)?
            }
            Tree::Array(items) => array(items, scope)?,
            Tree::Append(sides) => {
                let [first, second] = &**sides;
                append(first.evaluate(scope)?, second.evaluate(scope)?)?
            }
            Tree::Object(members) => object(members, scope)?,
            Tree::Call(function, argument) => function.call(argument.evaluate(scope)?)?,
            Tree::Other => return None,
        })
    }

    /// Returns the number of a literal or a path.
    #[inline]
    fn number(&self, scope: &Scope<'_>) -> Option<f64> {
        match self {
            Tree::Constant(Operand::Number(number)) => Some(*number),
            Tree::Selection(selection) => match selection.find(scope) {
                SelectionResult::Value(value) => match &*value {
                    Value::Int(number) => Some(*number as f64),
                    Value::Float(number) => Some(*number),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    fn holds(&self, scope: &Scope<'_>) -> Option<bool> {
        self.evaluate(scope)?.holds()
    }
}

fn binary<'s>(op: BinaryOp, left: &Operand<'_>, right: &Operand<'_>) -> Option<Operand<'s>> {
    if let (Operand::Number(left), Operand::Number(right)) = (left, right) {
        return of_numbers(op, *left, *right);
    }
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => {
            match (left, right) {
                (Operand::Undefined, Operand::Undefined | Operand::Number(_))
                | (Operand::Number(_), Operand::Undefined) => Some(Operand::Undefined),
                _ => None,
            }
        }
        BinaryOp::Eq | BinaryOp::Ne => Some(Operand::Bool(
            !left.is_undefined()
                && !right.is_undefined()
                && left.equals(right)? == (op == BinaryOp::Eq),
        )),
        BinaryOp::In => is_in(left, right).map(Operand::Bool),
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => match (left, right) {
            (Operand::Text(left), Operand::Text(right)) => {
                order(op, by_code_units(left, right)).map(Operand::Bool)
            }
            (Operand::Undefined, Operand::Undefined | Operand::Number(_) | Operand::Text(_))
            | (Operand::Number(_) | Operand::Text(_), Operand::Undefined) => {
                Some(Operand::Undefined)
            }
            _ => None,
        },
        BinaryOp::And | BinaryOp::Or | BinaryOp::Concat | BinaryOp::Range => None,
    }
}

/// Applies an operator to two numbers.
#[inline]
fn of_numbers<'s>(op: BinaryOp, left: f64, right: f64) -> Option<Operand<'s>> {
    let result = match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Div => left / right,
        BinaryOp::Mod => left % right,
        BinaryOp::Eq | BinaryOp::In => return Some(Operand::Bool(left == right)),
        BinaryOp::Ne => return Some(Operand::Bool(left != right)),
        _ => return order(op, left.partial_cmp(&right)?).map(Operand::Bool),
    };
    result.is_finite().then_some(Operand::Number(result))
}

/// Returns whether two values of this order satisfy a comparison.
fn order(op: BinaryOp, order: Ordering) -> Option<bool> {
    Some(match op {
        BinaryOp::Lt => order.is_lt(),
        BinaryOp::Le => order.is_le(),
        BinaryOp::Gt => order.is_gt(),
        BinaryOp::Ge => order.is_ge(),
        _ => return None,
    })
}

/// Evaluates `in`: whether the left side equals the right one, or one of its items.
fn is_in(left: &Operand<'_>, right: &Operand<'_>) -> Option<bool> {
    match (left, right) {
        (Operand::Undefined, _) | (_, Operand::Undefined) => Some(false),
        (Operand::Node(_), _) => None,
        (left, Operand::Node(node)) => match &**node {
            Value::Array(array) => {
                for item in array.iter() {
                    if left.equals(&Operand::of(item)?)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            _ => Some(false),
        },
        (left, right) => left.equals(right),
    }
}

fn concat<'s>(parts: &'s [Tree], scope: &Scope<'s>) -> Option<Operand<'s>> {
    let mut text = SmolStrBuilder::new();
    for part in parts {
        write(&part.evaluate(scope)?, &mut text)?;
    }
    let text = text.finish();
    (text.len() <= MAX_MEMORY).then(|| Operand::text(Str::from(text)))
}

/// Adds the text of a scalar.
fn write(operand: &Operand<'_>, text: &mut SmolStrBuilder) -> Option<()> {
    match operand {
        Operand::Undefined => {}
        Operand::Null => text.push_str("null"),
        Operand::Bool(true) => text.push_str("true"),
        Operand::Bool(false) => text.push_str("false"),
        Operand::Number(number) => texts::write_number(*number, text),
        Operand::Text(part) => text.push_str(part),
        Operand::Node(_) => return None,
    }
    Some(())
}

fn array<'s>(items: &'s [Item], scope: &Scope<'s>) -> Option<Operand<'s>> {
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        let value = item.value.evaluate(scope)?;
        if item.is_array {
            values.extend(value.into_value());
        } else {
            extend(&mut values, value)?;
        }
    }
    of_items(values)
}

/// Returns both sides as one array; if one side is undefined, the other one unchanged.
fn append<'s>(first: Operand<'s>, second: Operand<'s>) -> Option<Operand<'s>> {
    if first.is_undefined() {
        return Some(second);
    }
    if second.is_undefined() {
        return Some(first);
    }
    let mut values = Vec::new();
    extend(&mut values, first)?;
    extend(&mut values, second)?;
    of_items(values)
}

/// Adds a value, or the items of an array.
fn extend(values: &mut Vec<Value>, value: Operand<'_>) -> Option<()> {
    if let Operand::Node(node) = &value
        && let Value::Array(array) = &**node
    {
        values.reserve(array.len());
        for item in array.iter() {
            values.extend(Operand::of(item)?.into_value());
        }
    } else {
        values.extend(value.into_value());
    }
    Some(())
}

fn of_items<'s>(values: Vec<Value>) -> Option<Operand<'s>> {
    (values.len() <= MAX_MEMORY / 8).then(|| Operand::Node(Cow::Owned(Value::from(values))))
}

fn object<'s>(members: &'s [(Str, Tree)], scope: &Scope<'s>) -> Option<Operand<'s>> {
    let mut entries = Vec::with_capacity(members.len());
    for (key, value) in members {
        if let Some(value) = value.evaluate(scope)?.into_value() {
            entries.push((key.clone(), value));
        }
    }
    let object = Object::from_distinct(entries);
    Some(Operand::Node(Cow::Owned(Value::from(object))))
}

impl Function {
    fn call(self, argument: Operand<'_>) -> Option<Operand<'_>> {
        Some(match self {
            Function::Exists => Operand::Bool(!argument.is_undefined()),
            Function::Boolean => argument.truth()?.map_or(Operand::Undefined, Operand::Bool),
            Function::Not => match argument.truth()? {
                Some(truth) => Operand::Bool(!truth),
                None => Operand::Undefined,
            },
            Function::Count => Operand::Number(match &argument {
                Operand::Undefined => 0.0,
                Operand::Node(node) => node.as_array().map_or(1.0, |array| array.len() as f64),
                _ => 1.0,
            }),
            Function::String => match argument {
                Operand::Undefined => Operand::Undefined,
                Operand::Text(text) => Operand::Text(text),
                scalar => {
                    let mut text = SmolStrBuilder::new();
                    write(&scalar, &mut text)?;
                    Operand::text(Str::from(text.finish()))
                }
            },
        })
    }
}
