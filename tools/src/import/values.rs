//! Values that the language can express: paths, expressions, literals, arguments of services.

use stepwright_asl::intrinsic;
use stepwright_asl::json::{Json, Number, Object};
use stepwright_asl::jsonata;
use stepwright_asl::path::Path;
use stepwright_asl::placeholder;

use super::text::{SourceValue, is_safe, literal};

/// The largest integer that Step Functions reads exactly from JSON.
const MAX_EXACT: i64 = 1 << 53;

/// `path!("..")`, if the text is a path.
pub(super) fn path(text: &str) -> Option<String> {
    Path::parse(text).ok()?;
    Some(format!("path!({})", literal(text)))
}

/// `path!("..")` or `intrinsic!("..")`.
pub(super) fn path_or_intrinsic(text: &str) -> Option<String> {
    let call = || {
        intrinsic::IntrinsicCall::parse(text).ok()?;
        Some(format!("intrinsic!({})", literal(text)))
    };
    path(text).or_else(call)
}

/// `jsonata!("..")`, if the text is an expression in the exact form that the macro emits.
pub(super) fn expression(text: &str) -> Option<String> {
    let inner = text.strip_prefix("{% ")?.strip_suffix(" %}")?;
    if inner != inner.trim() || inner.is_empty() {
        return None;
    }
    jsonata::Expression::parse(inner).ok()?;
    Some(format!("jsonata!({})", literal(inner)))
}

/// The same, or `path!("..")`, with the type for any JSON.
pub(super) fn typed(expression: &str) -> Option<String> {
    Some(format!("{}, Value)", expression.strip_suffix(')')?))
}

/// `placeholder!("TopicArn")`, if the text is a placeholder.
pub(super) fn whole_placeholder(text: &str) -> Option<String> {
    let name = placeholder::whole(text)?;
    Some(format!("placeholder!({})", literal(name)))
}

/// A text as an expression: computed, a placeholder, or a literal.
pub(super) fn text(text: &str, jsonata: bool) -> Option<String> {
    let computed = jsonata.then(|| expression(text)).flatten();
    computed
        .or_else(|| whole_placeholder(text))
        .or_else(|| is_safe(text).then(|| literal(text)))
}

/// The number as a Rust literal, if that preserves it.
pub(super) fn number(number: &Number) -> Option<String> {
    let digits = number.to_string();
    let unsigned = digits.strip_prefix('-').unwrap_or(&digits);
    let plain = unsigned.chars().all(|c| c.is_ascii_digit() || c == '.');
    let exact = match number.as_i64() {
        Some(whole) => (-MAX_EXACT..=MAX_EXACT).contains(&whole),
        None => digits.contains('.') && !number.is_giant() && digits != "-0",
    };
    (plain && exact).then_some(digits)
}

/// The members of an object as `{ Key: value }`, if the macro emits the same JSON.
pub(super) fn arguments(members: &Object, jsonata: bool) -> Option<SourceValue> {
    let mut written = Vec::new();
    for (key, value) in members {
        let (key, value) = match computed(key, value, jsonata) {
            Some((name, expression)) => (name, SourceValue::Leaf(expression?)),
            None => (key.as_str(), argument(value, jsonata)?),
        };
        if !is_key(key) {
            return None;
        }
        written.push((name(key), value));
    }
    Some(SourceValue::Object(written))
}

/// The name of a member that a payload template computes, and its expression, if the macro supports
/// it.
pub(super) fn computed<'k>(
    key: &'k str,
    value: &Json,
    jsonata: bool,
) -> Option<(&'k str, Option<String>)> {
    let name = key.strip_suffix(".$").filter(|_| !jsonata)?;
    Some((name, value.as_str().and_then(path_or_intrinsic)))
}

/// Whether a key can be in a template unchanged.
pub(super) fn is_key(key: &str) -> bool {
    is_safe(key) && !key.ends_with(".$")
}

/// A value as an argument.
pub(super) fn argument(value: &Json, jsonata: bool) -> Option<SourceValue> {
    let leaf = match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(value) => number(value),
        Json::String(value) => text(value, jsonata),
        Json::Null => Some("Value::Null".to_owned()),
        Json::Object(members) => return arguments(members, jsonata),
        Json::Array(items) => {
            let items = items.iter().map(|item| argument(item, jsonata));
            return Some(SourceValue::Array(items.collect::<Option<Vec<_>>>()?));
        }
    };
    leaf.map(SourceValue::Leaf)
}

/// A key as an identifier if possible, otherwise as a string.
fn name(key: &str) -> String {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_name = key.chars().all(letter)
        && key
            .chars()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && !crate::names::is_keyword(key);
    if is_name {
        key.to_owned()
    } else {
        literal(key)
    }
}
