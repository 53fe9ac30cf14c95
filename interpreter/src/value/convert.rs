//! Conversions from Rust's scalars and two foreign value types, and to `serde_json`'s.

use std::borrow::Cow;

use serde_json::Value as Json;

use stepwright_asl::json::{Json as Written, Number};

use super::number::Big;
use super::{MAX_DEPTH, Str, Value, foreign};

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

macro_rules! from_small_integer {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(number: $type) -> Self {
                Value::Int(i64::from(number))
            }
        }
    )*};
}
from_small_integer!(i8, i16, i32, i64, u8, u16, u32);

macro_rules! from_wide_integer {
    ($($type:ty),*) => {$(
        /// An `i64` if it fits, otherwise a [`Big`].
        impl From<$type> for Value {
            fn from(number: $type) -> Self {
                match i64::try_from(number) {
                    Ok(number) => Value::Int(number),
                    Err(_) => Big::parse(&number.to_string()).unwrap_or_default(),
                }
            }
        }
    )*};
}
from_wide_integer!(u64, usize, i128, u128);

/// JSON cannot represent infinity or NaN, so they become `null`.
impl From<f64> for Value {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Value::Float(number)
        } else {
            Value::Null
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Str(Str::new(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Str(Str::from(text))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::from(text.as_str())
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        Value::Str(Str::from(text))
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Value::Str(text)
    }
}

/// `None` becomes `null`.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl From<&serde_json::Number> for Value {
    fn from(number: &serde_json::Number) -> Self {
        if let Some(number) = number.as_i64() {
            Value::Int(number)
        } else if let Some(number) = number.as_u64() {
            Value::from(number)
        } else {
            number.as_f64().map_or(Value::Null, Value::from)
        }
    }
}

/// Converts values of any depth: values that are too deep are rejected when they enter an
/// execution.
impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        foreign::convert(json)
    }
}

/// Converts without copying texts. Deep values are converted without recursion.
impl From<Json> for Value {
    fn from(json: Json) -> Self {
        foreign::convert(json)
    }
}

/// Converts a number of a definition: integers of any length retain their digits, other numbers
/// become the nearest finite float.
impl From<&Number> for Value {
    fn from(number: &Number) -> Self {
        match number.as_i64() {
            Some(number) => Value::Int(number),
            None if number.is_giant() && number.is_integer() => {
                Big::parse(&number.to_string()).unwrap_or_else(|| Value::from(number.as_f64()))
            }
            None => match number.as_u64() {
                Some(number) => Value::from(number),
                // `-0` is the integer 0.
                None if number.is_integer() && number.to_string() == "-0" => Value::Int(0),
                None => Value::from(number.as_f64()),
            },
        }
    }
}

/// Converts JSON of a definition.
impl From<&Written> for Value {
    fn from(json: &Written) -> Self {
        foreign::convert(json)
    }
}

impl Value {
    /// Converts the value to `serde_json`: a full copy. An integer
    /// beyond 64 bits becomes the nearest float, and parts deeper than [`MAX_DEPTH`] levels
    /// (which no execution accepts) become `null`.
    pub fn to_json(&self) -> Json {
        foreign::to_json(self, MAX_DEPTH)
    }
}
