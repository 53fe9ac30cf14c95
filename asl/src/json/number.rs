//! Numbers that preserve their spelling.

use std::fmt;

/// A JSON number: an `i64`, a `u64`, a finite `f64`, or the text of a number that fits none of
/// these types.
///
/// A parsed number is printed as it was written: `1.50` stays `1.50`, `1E3` stays `1E3`.
///
/// Two numbers are equal if they have the same type and the same value, as in `serde_json`: `1` and
/// `1.0` differ, but `1.5` and `1.50` are equal. To compare by value, use [`Number::as_f64`].
///
/// ```
/// use stepwright_asl::json::{Json, Number};
///
/// assert_eq!(Number::from(3).to_string(), "3");
/// let giant: Json = "123456789012345678901234567890".parse()?;
/// assert_eq!(giant.to_string(), "123456789012345678901234567890");
/// let rate: Json = "1.50".parse()?;
/// assert_eq!((rate.to_string().as_str(), rate == Json::from(1.5)), ("1.50", true));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Number(Form);

#[derive(Debug, Clone)]
enum Form {
    Signed(i64),
    /// Only values above `i64::MAX`.
    Unsigned(u64),
    Float(f64),
    /// A float whose spelling differs from its printed form.
    Spelled(Box<str>),
    /// The text of any other number.
    Text(Box<str>),
}

impl Form {
    fn as_float(&self) -> Option<f64> {
        match self {
            Form::Float(value) => Some(*value),
            Form::Spelled(text) => Some(float(text)),
            _ => None,
        }
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        match (self, other) {
            (Form::Signed(one), Form::Signed(other)) => one == other,
            (Form::Unsigned(one), Form::Unsigned(other)) => one == other,
            (Form::Text(one), Form::Text(other)) => one == other,
            (one, other) => one
                .as_float()
                .is_some_and(|one| other.as_float() == Some(one)),
        }
    }
}

/// The nearest finite float to a text with JSON's syntax for numbers.
fn float(text: &str) -> f64 {
    text.parse::<f64>().unwrap_or(0.0).clamp(f64::MIN, f64::MAX)
}

/// Whether a value is printed as this text.
fn is_printed_as(value: impl fmt::Debug, text: &str) -> bool {
    /// The text that is not matched yet.
    struct Rest<'t>(&'t str);

    impl fmt::Write for Rest<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut rest = Rest(text);
    fmt::write(&mut rest, format_args!("{value:?}")).is_ok() && rest.0.is_empty()
}

const MINUS_ZERO: &str = "-0";

impl Number {
    /// The number of a float; `None` for infinity and NaN, which JSON does not have.
    pub fn from_f64(value: f64) -> Option<Number> {
        value.is_finite().then_some(Number(Form::Float(value)))
    }

    /// Parses a text that is known to have JSON's syntax for numbers.
    pub(crate) fn from_checked_text(text: &str) -> Number {
        let integer = !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
        if text == MINUS_ZERO {
            // Not the integer 0, which would lose its sign, and not the float -0.0.
            return Number(Form::Text(text.into()));
        }
        if integer {
            if let Ok(value) = text.parse::<i64>() {
                return Number(Form::Signed(value));
            }
            if let Ok(value) = text.parse::<u64>() {
                return Number(Form::Unsigned(value));
            }
            return Number(Form::Text(text.into()));
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && is_printed_as(value, text) => {
                Number(Form::Float(value))
            }
            Ok(value) if value.is_finite() => Number(Form::Spelled(text.into())),
            _ => Number(Form::Text(text.into())),
        }
    }

    /// The integer, if it was written as an integer in this range.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Signed(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, if it was written as a non-negative integer in this range.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Form::Signed(value) => u64::try_from(*value).ok(),
            Form::Unsigned(value) => Some(*value),
            _ => None,
        }
    }

    /// The nearest `f64`. Numbers beyond its range become the largest or smallest finite one.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Form::Signed(value) => *value as f64,
            Form::Unsigned(value) => *value as f64,
            Form::Float(value) => *value,
            Form::Spelled(text) | Form::Text(text) => float(text),
        }
    }

    /// Whether the value is an integer: `3`, `3.0` and `3e2`, but not `3.5`.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Signed(_) | Form::Unsigned(_) => true,
            Form::Float(value) => value.fract() == 0.0,
            Form::Spelled(text) => float(text).fract() == 0.0,
            Form::Text(text) => !text.contains(['.', 'e', 'E']),
        }
    }

    /// Whether the number is an integer beyond `u64` or `i64`, or is beyond the range of `f64`:
    /// then only its text has the exact value.
    pub fn is_giant(&self) -> bool {
        matches!(&self.0, Form::Text(text) if **text != *MINUS_ZERO)
    }

    pub(super) fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Signed(value) => serializer.serialize_i64(*value),
            Form::Unsigned(value) => serializer.serialize_u64(*value),
            Form::Float(value) => serializer.serialize_f64(*value),
            Form::Spelled(text) => serializer.serialize_f64(float(text)),
            Form::Text(text) if **text == *MINUS_ZERO => serializer.serialize_f64(-0.0),
            Form::Text(text) => {
                if let Ok(value) = text.parse::<i128>() {
                    serializer.serialize_i128(value)
                } else if let Ok(value) = text.parse::<u128>() {
                    serializer.serialize_u128(value)
                } else {
                    Err(serde::ser::Error::custom(format_args!(
                        "the number {text} is too large to be serialized by serde; write the value with `to_string`, which keeps all digits"
                    )))
                }
            }
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Signed(value) => value.fmt(f),
            Form::Unsigned(value) => value.fmt(f),
            // `Debug` distinguishes `1.0` from `1` and writes large exponents as `1e300`.
            Form::Float(value) => write!(f, "{value:?}"),
            Form::Spelled(text) | Form::Text(text) => f.write_str(text),
        }
    }
}

macro_rules! from_integer {
    ($($signed:ty),*) => {$(
        impl From<$signed> for Number {
            fn from(value: $signed) -> Number {
                Number(Form::Signed(value.into()))
            }
        }
    )*};
}
from_integer!(i8, i16, i32, i64, u8, u16, u32);

/// Preserves every digit.
impl From<i128> for Number {
    fn from(value: i128) -> Number {
        Number(if let Ok(value) = i64::try_from(value) {
            Form::Signed(value)
        } else if let Ok(value) = u64::try_from(value) {
            Form::Unsigned(value)
        } else {
            Form::Text(value.to_string().into())
        })
    }
}

/// Preserves every digit.
impl From<u128> for Number {
    fn from(value: u128) -> Number {
        match i128::try_from(value) {
            Ok(value) => value.into(),
            Err(_) => Number(Form::Text(value.to_string().into())),
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        i128::from(value).into()
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Number {
        (value as u128).into()
    }
}

impl From<isize> for Number {
    fn from(value: isize) -> Number {
        (value as i128).into()
    }
}

/// An error: JSON cannot represent infinity or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("JSON cannot represent infinity or NaN")]
pub struct NotFinite;

impl TryFrom<f64> for Number {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Number, NotFinite> {
        Number::from_f64(value).ok_or(NotFinite)
    }
}
