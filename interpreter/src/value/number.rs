//! Integers beyond 64 bits, and comparison of numbers by value.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::Value;

/// An integer that does not fit an `i64`, as its decimal digits: no leading zero, no plus.
#[derive(Clone, PartialEq, Eq)]
pub struct Big(Arc<str>);

impl Big {
    /// Parses `digits` (JSON's form of an integer) to the smallest form that fits. `None` for text
    /// that is not a JSON integer.
    pub(crate) fn parse(digits: &str) -> Option<Value> {
        if let Ok(number) = digits.parse::<i64>() {
            return Some(Value::Int(number));
        }
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let well_formed = !unsigned.is_empty()
            && unsigned.bytes().all(|byte| byte.is_ascii_digit())
            && !unsigned.starts_with('0');
        well_formed.then(|| Value::Big(Big(digits.into())))
    }

    /// Returns the digits, with a leading `-` below zero.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the nearest float, at most the largest finite one.
    pub fn to_f64(&self) -> f64 {
        self.0
            .parse::<f64>()
            .unwrap_or(0.0)
            .clamp(f64::MIN, f64::MAX)
    }

    /// Returns the number, if it fits in a `u64`.
    pub fn to_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn is_negative(&self) -> bool {
        self.0.starts_with('-')
    }
}

impl fmt::Debug for Big {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = |a: &str, b: &str| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
        match (self.is_negative(), other.is_negative()) {
            (false, false) => magnitude(&self.0, &other.0),
            (true, true) => magnitude(&other.0, &self.0),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// Returns the order of two numbers by value; `None` when one of them is not a number.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => Some(compare_int_to_float(*a, *b)),
        (Value::Float(a), Value::Int(b)) => Some(compare_int_to_float(*b, *a).reverse()),
        (Value::Big(a), Value::Big(b)) => Some(a.cmp(b)),
        (Value::Big(a), Value::Float(b)) => a.to_f64().partial_cmp(b),
        (Value::Float(a), Value::Big(b)) => a.partial_cmp(&b.to_f64()),
        (Value::Big(a), Value::Int(_)) => Some(sign(a)),
        (Value::Int(_), Value::Big(b)) => Some(sign(b).reverse()),
        _ => None,
    }
}

/// Returns the order of a big integer relative to every small one.
fn sign(big: &Big) -> Ordering {
    if big.is_negative() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// 2^63, the first float above every `i64`.
const ABOVE: f64 = 9_223_372_036_854_775_808.0;

/// Compares exactly: beyond 2^53 a conversion of the integer would round.
fn compare_int_to_float(int: i64, float: f64) -> Ordering {
    if float >= ABOVE {
        Ordering::Less
    } else if float < -ABOVE {
        Ordering::Greater
    } else {
        let whole = float.trunc();
        int.cmp(&(whole as i64)).then_with(|| {
            0.0f64
                .partial_cmp(&(float - whole))
                .unwrap_or(Ordering::Equal)
        })
    }
}

/// Returns the value of a float as an integer, if it is integral and fits in 64 bits.
pub(crate) fn float_to_int(float: f64) -> Option<i64> {
    let fits = float.trunc() == float && (-ABOVE..ABOVE).contains(&float);
    fits.then_some(float as i64)
}
