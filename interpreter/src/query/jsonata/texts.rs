//! Number formatting of JSONata 2.0.
//!
//! `$string`, `&` and `$clone` write each number with 15 significant digits: `1700000000123456` is
//! `"1700000000123460"`. jlens follows a later JSONata, which writes integers exactly. So these
//! functions are replaced by functions with the old behaviour, as are `&` where an operand may not
//! be a text, and the value of a `~> |..|..|`, which is cloned. A function inside a list or an
//! object becomes `null`: `$string([$sum])` is `"[null]"`.

use std::fmt::Write as _;

use jlens_core::ast::{BinaryOp, NodeKind};
use jlens_core::{Ast, Error, HostCall, HostFunction, Node, format_json};
use serde_json::Value as Json;
use smol_str::SmolStrBuilder;

use super::limits::MAX_MEMORY;
use super::{prototype, rewrite};

/// The name of the function that `&` becomes: a private character, which no expression uses.
pub(super) const CONCATENATE: &str = "\u{e001}";

/// The name of the function through which a transformation gets its value.
pub(super) const COPY: &str = "\u{e002}";

/// Returns the expression with calls for the operators that write numbers, and for `$lookup`;
/// `None` if it has none.
pub(super) fn rewritten(ast: &Ast) -> Option<String> {
    let mut any = false;
    visit(&ast.root, &mut |node| {
        any |= operands(node).is_some()
            || transformation(node).is_some()
            || prototype::lookup(node).is_some();
    });
    any.then(|| {
        rewrite::rewritten(ast, &|node, text| {
            if let Some((lhs, rhs)) = operands(node) {
                return Some(format!("${CONCATENATE}({},{})", text(lhs), text(rhs)));
            }
            if let Some((object, key)) = prototype::lookup(node) {
                return Some(prototype::written(&text(object), &text(key)));
            }
            let (value, transform) = transformation(node)?;
            Some(format!("${COPY}({})~>{}", text(value), text(transform)))
        })
    })
}

/// Returns the sides of a `~>` whose right side is a transformation: it works on a copy.
fn transformation(node: &Node) -> Option<(&Node, &Node)> {
    match &node.kind {
        NodeKind::Apply { lhs, rhs }
            if matches!(rhs.kind, NodeKind::Transform(_))
                && node.attrs.predicate.is_empty()
                && node.attrs.group.is_none() =>
        {
            Some((lhs, rhs))
        }
        _ => None,
    }
}

/// Trees may be deep, so the stack grows with them.
fn visit(node: &Node, each: &mut impl FnMut(&Node)) {
    each(node);
    jlens_core::stack::grow(|| node.for_each_child(|child| visit(child, each)));
}

/// Returns the operands of an `&` that may get a number.
fn operands(node: &Node) -> Option<(&Node, &Node)> {
    match &node.kind {
        NodeKind::Binary {
            op: BinaryOp::Concat,
            lhs,
            rhs,
        } if node.attrs.predicate.is_empty() && node.attrs.group.is_none() => {
            (!is_text(lhs) || !is_text(rhs)).then_some((lhs, rhs))
        }
        _ => None,
    }
}

/// Returns whether a node is always a text.
fn is_text(node: &Node) -> bool {
    match &node.kind {
        NodeKind::String { .. } => true,
        NodeKind::Binary { op, .. } => *op == BinaryOp::Concat,
        _ => false,
    }
}

/// Returns the function for `&`: it concatenates the texts of both sides.
pub(super) fn concatenate() -> HostFunction {
    let concatenate = |arguments: &[Option<Json>], _: &HostCall<'_>| {
        let mut text = String::new();
        for argument in arguments.iter().flatten() {
            match argument {
                Json::String(argument) => text.push_str(argument),
                other => text.push_str(&text_of(other, false)),
            }
        }
        within_memory_limit(text)
    };
    HostFunction::new(2, concatenate).without_input()
}

/// Returns `$string(value?, prettify?)`.
pub(super) fn string() -> HostFunction {
    HostFunction::new(1, |arguments, call| {
        let context;
        let argument = match arguments.first() {
            Some(argument) => argument,
            None => {
                context = call.input();
                &context
            }
        };
        let prettify = match arguments.get(1) {
            None | Some(None) => false,
            Some(Some(Json::Bool(prettify))) => *prettify,
            Some(Some(_)) => return Err(refused("string", 2)),
        };
        match argument {
            _ if arguments.len() > 2 => Err(refused("string", 3)),
            // A function has no JSON form.
            None if call.is_function(0) => Ok(Some(Json::from(""))),
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(Json::from(text.as_str()))),
            Some(value) if prettify && indentation(value, 0) > MAX_MEMORY => {
                Err(Error::new("U1001"))
            }
            Some(value) => within_memory_limit(text_of(value, prettify)),
        }
    })
}

/// Returns `$clone(value?)`, which prints and parses the value.
pub(super) fn clone() -> HostFunction {
    HostFunction::new(1, |arguments, call| {
        let value = match arguments {
            [] => call.input(),
            [value] => value.clone(),
            _ => return Err(refused("clone", 2)),
        };
        match value {
            Some(value @ (Json::Array(_) | Json::Object(_))) => Ok(Some(rounded(value))),
            None if !call.is_function(0) => Ok(None),
            _ => Err(refused("clone", 1)),
        }
    })
}

/// Returns the copy for a transformation. The transformation itself rejects values that cannot be
/// copied.
pub(super) fn copy() -> HostFunction {
    HostFunction::new(1, |arguments, _| {
        Ok(arguments.first().cloned().flatten().map(rounded))
    })
    .without_input()
}

/// Appends the text of a number.
pub(super) fn write_number(number: f64, text: &mut SmolStrBuilder) {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        // Writing to a string does not fail.
        let _written = write!(text, "{}", number as i64);
    } else {
        text.push_str(&text_of(&Json::from(number), false));
    }
}

fn refused(function: &str, argument: usize) -> Error {
    Error::new("T0410")
        .with("token", function)
        .with("index", argument)
}

/// Returns the length of the line breaks and the indentation that a value gets when it is
/// prettified: a small value that is nested deep becomes a long text. The depth of the recursion is
/// that of the value, which the evaluator limits.
fn indentation(value: &Json, depth: usize) -> usize {
    let line = |depth: usize| 1 + 2 * depth;
    let nested = |value: &Json| {
        let inside = jlens_core::stack::grow(|| indentation(value, depth + 1));
        inside.saturating_add(line(depth + 1))
    };
    match value {
        Json::Array(items) if !items.is_empty() => items
            .iter()
            .map(nested)
            .fold(line(depth), usize::saturating_add),
        Json::Object(members) if !members.is_empty() => members
            .values()
            .map(nested)
            .fold(line(depth), usize::saturating_add),
        _ => 0,
    }
}

fn within_memory_limit(text: String) -> Result<Option<Json>, Error> {
    if text.len() > MAX_MEMORY {
        return Err(Error::new("U1001"));
    }
    Ok(Some(Json::from(text)))
}

fn text_of(value: &Json, prettify: bool) -> String {
    match value {
        Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            format_json(&rounded(value.clone()), prettify)
        }
        other => format_json(other, prettify),
    }
}

/// Rounds the numbers of a value to 15 significant digits. The depth of the recursion is that of
/// the value, which the evaluator limits.
fn rounded(value: Json) -> Json {
    match value {
        Json::Number(number) => match number.as_f64() {
            Some(exact) if to_15_digits(exact) != exact => Json::from(to_15_digits(exact)),
            _ => Json::Number(number),
        },
        Json::Array(items) => {
            jlens_core::stack::grow(|| Json::Array(items.into_iter().map(rounded).collect()))
        }
        Json::Object(members) => jlens_core::stack::grow(|| {
            let members = members.into_iter();
            Json::Object(members.map(|(key, value)| (key, rounded(value))).collect())
        }),
        other => other,
    }
}

/// Computes JavaScript's `Number(n.toPrecision(15))`. It rounds half away from zero, while Rust
/// rounds half to even.
pub(super) fn to_15_digits(number: f64) -> f64 {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return number;
    }
    // Enough digits to distinguish a half from nearly a half.
    let exact = format!("{:.40e}", number.abs());
    let Some((digits, exponent)) = exact.split_once('e') else {
        return number;
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let (Some(Ok(digits)), Some(next), Ok(exponent)) = (
        digits.get(..15).map(str::parse::<u64>),
        digits.as_bytes().get(15),
        exponent.parse::<i32>(),
    ) else {
        return number;
    };
    let digits = digits + u64::from(*next >= b'5');
    let rounded = format!("{digits}e{}", exponent - 14).parse::<f64>();
    rounded.map_or(number, |rounded| rounded.copysign(number))
}
