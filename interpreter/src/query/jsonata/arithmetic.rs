//! Results that are not finite.
//!
//! On the service `1/0` is the string `"Infinity"` and `0/0` is `"NaN"`, anywhere in a result.
//! jlens fails on the first and returns null for the second. An evaluation with such a result is
//! repeated, with its operators replaced by calls of a function with the service's behaviour. Both
//! sides of a comparison become arguments of another function, which converts these texts to
//! numbers again.

use jlens_core::ast::{BinaryOp, NodeKind};
use jlens_core::{Ast, Error, HostCall, HostFunction, Node};
use serde_json::Value as Json;

use super::rewrite;

/// The function's name: a private character, which no expression uses.
pub(super) const FUNCTION: &str = "\u{e000}";

/// The name of the function for the sides of a comparison.
pub(super) const COMPARED: &str = "\u{e008}";

/// Returns the expression with each arithmetic operator written as a call.
pub(super) fn rewritten(ast: &Ast) -> String {
    rewrite::rewritten(ast, &|node, text| match &node.kind {
        NodeKind::Binary { op, lhs, rhs }
            if is_arithmetic(*op)
                && node.attrs.predicate.is_empty()
                && node.attrs.group.is_none() =>
        {
            let (lhs, rhs) = (text(lhs), text(rhs));
            Some(format!("${FUNCTION}(\"{}\",({lhs}),({rhs}))", op.symbol()))
        }
        NodeKind::Binary { op, lhs, rhs }
            if is_comparison(*op)
                && node.attrs.predicate.is_empty()
                && node.attrs.group.is_none() =>
        {
            let compared = |side: &Node| {
                let written = text(side);
                if may_be_infinite(side) {
                    format!("${COMPARED}(({written}))")
                } else {
                    format!("({written})")
                }
            };
            Some(format!("{}{}{}", compared(lhs), op.symbol(), compared(rhs)))
        }
        _ => None,
    })
}

fn is_arithmetic(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod
    )
}

fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
    )
}

/// Returns whether a side of a comparison is an arithmetic expression, or a name that may have the
/// result of one.
fn may_be_infinite(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Binary { op, .. } => is_arithmetic(*op),
        NodeKind::Variable { .. } | NodeKind::Block { .. } | NodeKind::Condition { .. } => true,
        _ => false,
    }
}

/// Returns the function for the sides of a comparison: it replaces infinity by the largest number.
/// `NaN` stays a text, so comparing it fails.
pub(super) fn compared() -> HostFunction {
    let compared = |arguments: &[Option<Json>], _: &HostCall<'_>| {
        let value = arguments.first().cloned().flatten();
        Ok(match value.as_ref().and_then(Json::as_str) {
            Some("Infinity") => Some(Json::from(f64::MAX)),
            Some("-Infinity") => Some(Json::from(f64::MIN)),
            _ => value,
        })
    };
    HostFunction::new(1, compared).without_input()
}

/// Returns the function for arithmetic: operator, left side, right side.
pub(super) fn function() -> HostFunction {
    let calculate = |arguments: &[Option<Json>], _: &HostCall<'_>| {
        let operator = arguments.first().and_then(Option::as_ref);
        let operator = operator.and_then(Json::as_str).unwrap_or_default();
        let left = operand(arguments.get(1), "T2001", operator)?;
        let right = operand(arguments.get(2), "T2002", operator)?;
        let (Some(left), Some(right)) = (left, right) else {
            return Ok(None);
        };
        let result = match operator {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            _ => left % right,
        };
        Ok(Some(if result.is_finite() {
            Json::from(result)
        } else {
            Json::from(name(result))
        }))
    };
    HostFunction::new(3, calculate).without_input()
}

/// Returns Java's name of a number that is not finite.
fn name(number: f64) -> &'static str {
    if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

fn operand(
    argument: Option<&Option<Json>>,
    code: &str,
    operator: &str,
) -> Result<Option<f64>, Error> {
    match argument.and_then(Option::as_ref) {
        None => Ok(None),
        Some(Json::Number(number)) => Ok(number.as_f64()),
        // A number that is not finite may be a result, but not an operand.
        Some(Json::String(text)) if matches!(text.as_str(), "Infinity" | "-Infinity" | "NaN") => {
            Err(Error::new("D1001").with("value", Json::Null))
        }
        Some(other) => Err(Error::new(code)
            .with("token", operator)
            .with("value", other.clone())),
    }
}
