//! Comparisons in filters, with Jayway's rules.

use std::cmp::Ordering;

use regex_lite::Regex;
use stepwright_asl::path::Comparator;

use crate::value::{Value, compare_numbers};

/// One side of a comparison: an operand applied to an item.
pub(super) enum Side<'f> {
    /// The path selects nothing.
    Undefined,
    Value(Value),
    Literal(&'f Value),
    Regex(&'f Regex),
}

impl Side<'_> {
    fn value(&self) -> Option<&Value> {
        match self {
            Side::Value(value) => Some(value),
            Side::Literal(value) => Some(value),
            _ => None,
        }
    }
}

/// Returns the work of a comparison, in nodes that a path visits in the same time.
pub(super) fn cost(left: &Side<'_>, comparator: Comparator, right: &Side<'_>) -> usize {
    let length = |side: &Side<'_>| match side.value() {
        Some(Value::Str(text)) => text.len(),
        Some(value @ (Value::Array(_) | Value::Object(_))) => {
            usize::try_from(value.json_len()).unwrap_or(usize::MAX)
        }
        _ => 0,
    };
    let items = |side: &Side<'_>| side.value().and_then(items).map_or(1, <[Value]>::len);
    match comparator {
        // Each character is compared with the states of the compiled expression.
        Comparator::Matches => length(left).saturating_add(length(right)).saturating_mul(4),
        Comparator::SubsetOf | Comparator::All | Comparator::AnyOf | Comparator::NoneOf => {
            let pairs = items(left).saturating_mul(items(right)) / 4;
            pairs.saturating_add(length(left).min(length(right)) / 16)
        }
        Comparator::In | Comparator::NotIn | Comparator::Contains => {
            length(left).saturating_add(length(right)) / 16
        }
        _ => length(left).min(length(right)) / 16,
    }
}

/// Returns whether a comparison of two sides holds.
pub(super) fn compare(left: &Side<'_>, comparator: Comparator, right: &Side<'_>) -> bool {
    if comparator == Comparator::Matches {
        return match (left, right) {
            (Side::Regex(regex), other) | (other, Side::Regex(regex)) => {
                other.value().is_some_and(|value| matches(regex, value))
            }
            _ => false,
        };
    }
    let (left, right) = (left.value(), right.value());
    let (Some(left), Some(right)) = (left, right) else {
        // An undefined side equals nothing, not even another undefined side.
        return matches!(
            comparator,
            Comparator::NotEqual | Comparator::StrictlyNotEqual | Comparator::NotIn
        );
    };
    match comparator {
        Comparator::Equal => equal(left, right),
        Comparator::NotEqual => !equal(left, right),
        Comparator::StrictlyEqual => left.type_name() == right.type_name() && equal(left, right),
        Comparator::StrictlyNotEqual => {
            left.type_name() != right.type_name() || !equal(left, right)
        }
        Comparator::Less => order(left, right).is_some_and(Ordering::is_lt),
        Comparator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Comparator::Greater => order(left, right).is_some_and(Ordering::is_gt),
        Comparator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
        Comparator::In => contains(right, left),
        Comparator::NotIn => !contains(right, left),
        Comparator::SubsetOf => every(left, |item| contains(right, item)),
        Comparator::All => every(right, |item| contains(left, item)),
        Comparator::AnyOf => items(left).is_some_and(|items| {
            let mut items = items.iter();
            items.any(|item| contains(right, item))
        }),
        Comparator::NoneOf => every(left, |item| !contains(right, item)),
        Comparator::Contains => match (left, right) {
            (Value::Str(text), Value::Str(part)) => text.contains(part.as_str()),
            _ => contains(left, right),
        },
        Comparator::Size => size(left).is_some_and(|size| right.as_i64() == Some(size)),
        Comparator::Empty => size(left).is_some_and(|size| right.as_bool() == Some(size == 0)),
        Comparator::Matches => false,
    }
}

fn matches(regex: &Regex, value: &Value) -> bool {
    match value {
        Value::Str(text) => regex.is_match(text),
        Value::Array(items) => items.iter().any(|item| {
            let text = item.as_str();
            text.is_some_and(|text| regex.is_match(text))
        }),
        Value::Null | Value::Object(_) => false,
        scalar => regex.is_match(&scalar.to_text()),
    }
}

/// Compares as Jayway does: a number equals the text of a number with the same value, on either
/// side.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Str(text), number) | (number, Value::Str(text)) if number.is_number() => {
            Value::from_text(text).is_ok_and(|value| value == *number)
        }
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Some(left.as_str().cmp(right.as_str())),
        _ => compare_numbers(left, right),
    }
}

fn items(value: &Value) -> Option<&[Value]> {
    value.as_array().map(|array| array.as_slice())
}

fn contains(array: &Value, item: &Value) -> bool {
    items(array).is_some_and(|items| items.iter().any(|candidate| equal(candidate, item)))
}

fn every(array: &Value, test: impl Fn(&Value) -> bool) -> bool {
    items(array).is_some_and(|items| items.iter().all(test))
}

fn size(value: &Value) -> Option<i64> {
    let size = match value {
        Value::Str(text) => text.encode_utf16().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => return None,
    };
    i64::try_from(size).ok()
}
