//! Results that are not finite.
//!
//! At the service `1/0` is the string `"Infinity"` and `0/0` is `"NaN"`, wherever they stand in
//! a result. jlens fails on the first and writes null for the second. An evaluation that ended
//! so is done once more, with its operators replaced by calls of a function that knows.

use jlens_core::ast::{BinaryOp, NodeKind};
use jlens_core::{Ast, Error, HostCall, HostFunction};
use serde_json::Value as Json;

use super::rewrite;

/// The function's name: a private character, which no expression uses.
pub(super) const FUNCTION: &str = "\u{e000}";

/// The expression with each arithmetic operator written as a call.
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
        _ => None,
    })
}

fn is_arithmetic(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod
    )
}

/// The function that calculates: operator, left side, right side.
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

/// How Java prints a number that is not finite.
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
        // What is not finite may be a result, but not an operand.
        Some(Json::String(text)) if matches!(text.as_str(), "Infinity" | "-Infinity" | "NaN") => {
            Err(Error::new("D1001").with("value", Json::Null))
        }
        Some(other) => Err(Error::new(code)
            .with("token", operator)
            .with("value", other.clone())),
    }
}
