//! Texts of numbers, as JSONata 2.0 makes them.
//!
//! `$string`, `&` and `$clone` write each number with 15 significant digits: `1700000000123456` is
//! `"1700000000123460"`. jlens follows a later JSONata, which writes integers exactly. Where an
//! expression uses one of them, it is replaced by a function of the same meaning: `&` where an
//! operand may be something else than a text, and the value of a `~> |..|..|`, which is cloned.
//! A function inside of a list or an object is lost on the way: `$string([$sum])` is `"[null]"`.

use jlens_core::ast::{BinaryOp, NodeKind};
use jlens_core::{Ast, Error, HostCall, HostFunction, Node, format_json};
use serde_json::Value as Json;

use super::limits::MAX_MEMORY;
use super::{prototype, rewrite};

/// The name of the function that `&` becomes: a private character, which no expression uses.
pub(super) const CONCATENATE: &str = "\u{e001}";

/// The name of the function through which a transformation gets its value.
pub(super) const COPY: &str = "\u{e002}";

/// The expression with calls for the operators that write numbers, and for `$lookup`; nothing if it has none.
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

/// The sides of a `~>` whose right side is a transformation: it works on a copy.
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

/// Trees may be deep: the stack grows with them.
fn visit(node: &Node, each: &mut impl FnMut(&Node)) {
    each(node);
    jlens_core::stack::grow(|| node.for_each_child(|child| visit(child, each)));
}

/// The operands of an `&` that may see a number.
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

/// Whether a node is a text, whatever its parts are.
fn is_text(node: &Node) -> bool {
    match &node.kind {
        NodeKind::String { .. } => true,
        NodeKind::Binary { op, .. } => *op == BinaryOp::Concat,
        _ => false,
    }
}

/// `&`: the texts of both sides, one after the other.
pub(super) fn concatenate() -> HostFunction {
    let concatenate = |arguments: &[Option<Json>], _: &HostCall<'_>| {
        let mut text = String::new();
        for argument in arguments.iter().flatten() {
            match argument {
                Json::String(argument) => text.push_str(argument),
                other => text.push_str(&text_of(other, false)),
            }
        }
        within_memory(text)
    };
    HostFunction::new(2, concatenate).without_input()
}

/// `$string(value?, prettify?)`.
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
            // A function has no JSON.
            None if call.function(0).is_some() => Ok(Some(Json::from(""))),
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(Json::from(text.as_str()))),
            Some(value) => within_memory(text_of(value, prettify)),
        }
    })
}

/// `$clone(value?)`: what reading the text of the value gives.
pub(super) fn clone() -> HostFunction {
    HostFunction::new(1, |arguments, call| {
        let value = match arguments {
            [] => call.input(),
            [value] => value.clone(),
            _ => return Err(refused("clone", 2)),
        };
        match value {
            Some(value @ (Json::Array(_) | Json::Object(_))) => Ok(Some(rounded(value))),
            None if call.function(0).is_none() => Ok(None),
            _ => Err(refused("clone", 1)),
        }
    })
}

/// The copy that a transformation works on; it refuses itself what it cannot copy.
pub(super) fn copy() -> HostFunction {
    HostFunction::new(1, |arguments, _| {
        Ok(arguments.first().cloned().flatten().map(rounded))
    })
    .without_input()
}

fn refused(function: &str, argument: usize) -> Error {
    Error::new("T0410")
        .with("token", function)
        .with("index", argument)
}

fn within_memory(text: String) -> Result<Option<Json>, Error> {
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

/// A value, its numbers with 15 significant digits. JSON that came here is not deeper than the evaluator allows.
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

/// JavaScript's `Number(n.toPrecision(15))`: half away from zero, where Rust rounds half to even.
pub(super) fn to_15_digits(number: f64) -> f64 {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return number;
    }
    // Enough digits to tell a half from nearly a half.
    let exact = format!("{:.40e}", number.abs());
    let Some((digits, exponent)) = exact.split_once('e') else {
        return number;
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let (Some(Ok(kept)), Some(next), Ok(exponent)) = (
        digits.get(..15).map(str::parse::<u64>),
        digits.as_bytes().get(15),
        exponent.parse::<i32>(),
    ) else {
        return number;
    };
    let kept = kept + u64::from(*next >= b'5');
    let rounded = format!("{kept}e{}", exponent - 14).parse::<f64>();
    rounded.map_or(number, |rounded| rounded.copysign(number))
}

#[cfg(test)]
pub(super) mod tests {
    use super::to_15_digits;
    use crate::query::fixture::Fixture;

    /// What the rows read.
    const INPUT: &str = r#"{"n":1700000000123456,"m":-1234567890123456,"max":9007199254740991,"half":1000000000000005,"f":0.30000000000000004,"sixteen":123456789012345.67,"big":1e+21,"small":1.5e-7,"one":1,"list":[1700000000123456,[12345678901234568]],"order":{"id":1700000000123456,"lines":[{"price":0.7999999999999999}]}}"#;

    /// Expressions, and what npm `jsonata` 2.0.6 gives.
    pub(crate) const REFERENCE: &[(&str, &str)] = &[
        (r#"$string($states.input.n)"#, r#""1700000000123460""#),
        (
            r#"'order ' & $states.input.n"#,
            r#""order 1700000000123460""#,
        ),
        (r#"$states.input.m & ''"#, r#""-1234567890123460""#),
        (
            r#"$states.input.n & $states.input.n"#,
            r#""17000000001234601700000000123460""#,
        ),
        (r#"$string($states.input.max)"#, r#""9007199254740990""#),
        (r#"$string($states.input.half)"#, r#""1000000000000010""#),
        (
            r#"$states.input.f & '|' & $states.input.sixteen"#,
            r#""0.3|123456789012346""#,
        ),
        (
            r#"$string([$states.input.big, $states.input.small, $states.input.one])"#,
            r#""[1e+21,1.5e-7,1]""#,
        ),
        (
            r#"$string($states.input.list)"#,
            r#""[1700000000123460,[12345678901234600]]""#,
        ),
        (
            r#"'' & $states.input.order"#,
            r#""{\"id\":1700000000123460,\"lines\":[{\"price\":0.8}]}""#,
        ),
        (
            r#"$string($states.input.order, true)"#,
            r#""{\n  \"id\": 1700000000123460,\n  \"lines\": [\n    {\n      \"price\": 0.8\n    }\n  ]\n}""#,
        ),
        (
            r#"$states.input.order.id.$string()"#,
            r#""1700000000123460""#,
        ),
        (
            r#"$map($states.input.list, $string)"#,
            r#"["1700000000123460","[12345678901234600]"]"#,
        ),
        (r#"$states.input.n ~> $string"#, r#""1700000000123460""#),
        (
            r#"$join([$string($states.input.n), 'x'], '-')"#,
            r#""1700000000123460-x""#,
        ),
        (
            r#"$number($string($states.input.n))"#,
            r#"1700000000123460"#,
        ),
        (
            r#"{$string($states.input.n): 1}"#,
            r#"{"1700000000123460":1}"#,
        ),
        (r#"$formatBase($states.input.n)"#, r#""1700000000123456""#),
        (
            r#"$formatNumber($states.input.n, '#,##0')"#,
            r#""1,700,000,000,123,456""#,
        ),
        (r#"$round($states.input.n, -2)"#, r#"1700000000123500"#),
        (r#"$length($string($states.input.m))"#, r#"17"#),
        (
            r#"$clone($states.input.order)"#,
            r#"{"id":1700000000123460,"lines":[{"price":0.8}]}"#,
        ),
        (
            r#"$states.input.order ~> |lines|{'n': 1}|"#,
            r#"{"id":1700000000123460,"lines":[{"price":0.8,"n":1}]}"#,
        ),
        (
            r#"$reduce([$states.input.n, $states.input.m], function($l, $r) { $l & $r })"#,
            r#""1700000000123460-1234567890123460""#,
        ),
        (
            r#"$string($states.input.n - 1) = $string($states.input.n)"#,
            r#"true"#,
        ),
        (
            r#"'a' & $states.input.missing & null & true & []"#,
            r#""anulltrue[]""#,
        ),
        (r#"$string($sum) & 'f'"#, r#""f""#),
        (r#"$string($states.input.missing)"#, r#"undefined"#),
        (r#"$clone(1)"#, r#"error T0410"#),
        (r#"$string('a', 'b')"#, r#"error T0410"#),
    ];

    #[test]
    fn expressions_give_what_jsonata_2_0_6_gives() {
        let mut fixture = Fixture::new(INPUT);
        for (expression, expected) in REFERENCE {
            let given = match fixture.jsonata(expression) {
                Ok(given) => given,
                Err(error) if error.contains("undefined") => "undefined".to_owned(),
                Err(error) => {
                    let code = error.split("evaluation. ").nth(1).unwrap_or(&error);
                    format!("error {}", code.split(':').next().unwrap_or_default())
                }
            };
            assert_eq!(given, *expected, "{expression}");
        }
    }

    #[test]
    fn numbers_are_rounded_as_to_precision_rounds_them() {
        for (number, expected) in [
            (0.1 + 0.2, 0.3),
            (1_700_000_000_123_456.0, 1_700_000_000_123_460.0),
            (-1_700_000_000_123_456.0, -1_700_000_000_123_460.0),
            // Halves.
            (1_000_000_000_000_005.0, 1_000_000_000_000_010.0),
            (100_000_000_000_000.5, 100_000_000_000_001.0),
            (-100_000_000_000_000.5, -100_000_000_000_001.0),
            (9_007_199_254_740_991.0, 9_007_199_254_740_990.0),
            (999_999_999_999_999.0, 999_999_999_999_999.0),
            (9_999_999_999_999_999.0, 1e16),
            (1e21, 1e21),
            (1e-7, 1e-7),
            (f64::MIN_POSITIVE, 2.225_073_858_507_2e-308),
            (5e-324, 5e-324),
        ] {
            assert_eq!(to_15_digits(number), expected, "{number}");
        }
    }
}
