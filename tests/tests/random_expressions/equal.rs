//! When the results of a workflow and of Rust are equal.

use serde_json::Value;

/// Equality as JSON: `1` and `1.0` are one number, and two results of the same sums may differ in
/// their last bits. The text of a negative zero is `0` in JSONata, as documented in
/// docs/reference/expressions.md.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
                return a == b;
            }
            let (a, b) = (
                a.as_f64().unwrap_or(f64::NAN),
                b.as_f64().unwrap_or(f64::NAN),
            );
            a == b || (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (Value::String(a), Value::String(b)) => {
            a == b || without_negative_zeros(a) == without_negative_zeros(b)
        }
        (a, b) => a == b,
    }
}

/// A text with `0` for each `-0` that is a number, and `0.00` for `-0.00`.
fn without_negative_zeros(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("-0") {
        out += before;
        let digits = after.strip_prefix('.').unwrap_or(after);
        let digits = digits.trim_start_matches('0');
        let is_zero = !digits.starts_with(|next: char| next.is_ascii_digit() || next == '.');
        out += if is_zero { "0" } else { "-0" };
        rest = after;
    }
    out + rest
}
