//! Conversions from and to other values: Rust's and `serde_json`'s.

use std::borrow::Cow;

use super::{Document, Json, MAX_DEPTH, Number, Object};
use crate::SyntaxError;

impl std::str::FromStr for Json {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Json, SyntaxError> {
        Document::parse(text).map(Document::into_json)
    }
}

macro_rules! from {
    ($($of:ty: $value:pat => $json:expr;)*) => {$(
        impl From<$of> for Json {
            fn from($value: $of) -> Json {
                $json
            }
        }
    )*};
}

from! {
    (): () => Json::Null;
    bool: value => Json::Bool(value);
    Number: number => Json::Number(number);
    &str: text => Json::String(text.to_owned());
    String: text => Json::String(text);
    &String: text => Json::String(text.clone());
    Cow<'_, str>: text => Json::String(text.into_owned());
    Object: members => Json::Object(members);
    &Json: json => json.clone();
}

/// Borrows the value, for functions that also accept an owned one.
impl<'j> From<&'j Json> for Cow<'j, Json> {
    fn from(json: &'j Json) -> Cow<'j, Json> {
        Cow::Borrowed(json)
    }
}

/// Borrows the parsed value.
impl<'d> From<&'d Document> for Cow<'d, Json> {
    fn from(document: &'d Document) -> Cow<'d, Json> {
        Cow::Borrowed(document.json())
    }
}

/// `None` becomes null.
impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, T::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Json {
        items.into_iter().collect()
    }
}

impl<T: Into<Json>, const N: usize> From<[T; N]> for Json {
    fn from(items: [T; N]) -> Json {
        items.into_iter().collect()
    }
}

/// An array of the items.
impl<T: Into<Json>> FromIterator<T> for Json {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Json {
        Json::Array(items.into_iter().map(T::into).collect())
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Json {
            fn from(value: $integer) -> Json {
                Json::Number(value.into())
            }
        }
    )*};
}
from_integer!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

/// Infinity and NaN become null, because JSON cannot represent them; `serde_json` does the same.
/// [`Number::try_from`] returns an error instead.
///
/// ```
/// use stepwright_asl::json::Json;
///
/// assert_eq!(Json::from(1.5).to_string(), "1.5");
/// assert_eq!(Json::from(f64::NAN), Json::Null);
/// ```
impl From<f64> for Json {
    fn from(value: f64) -> Json {
        Number::from_f64(value).map_or(Json::Null, Json::Number)
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Json {
        use serde_json::Value;
        let mut json = Json::Null;
        let mut open = vec![(&mut json, value)];
        while let Some((json, value)) = open.pop() {
            *json = match value {
                Value::Null => Json::Null,
                Value::Bool(value) => Json::Bool(value),
                Value::Number(number) => Json::Number(from_serde(&number)),
                Value::String(text) => Json::String(text),
                Value::Array(values) => {
                    *json = Json::Array(vec![Json::Null; values.len()]);
                    open.extend(json.as_array_mut().into_iter().flatten().zip(values));
                    continue;
                }
                Value::Object(members) => {
                    let (keys, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
                    *json = Json::Object(keys.into_iter().map(|key| (key, Json::Null)).collect());
                    let slots = json
                        .as_object_mut()
                        .into_iter()
                        .flat_map(Object::values_mut);
                    open.extend(slots.zip(values));
                    continue;
                }
            };
        }
        json
    }
}

/// Its text is a valid JSON number, whatever features `serde_json` was built with.
fn from_serde(number: &serde_json::Number) -> Number {
    if let Some(value) = number.as_i64() {
        value.into()
    } else if let Some(value) = number.as_u64() {
        value.into()
    } else {
        Number::from_checked_text(&number.to_string())
    }
}

/// Loses only what `serde_json` cannot represent: integers beyond `u64` and `i64` become the
/// nearest `f64`, and numbers beyond its range become the largest or smallest one. Arrays and
/// objects nested deeper than [`MAX_DEPTH`] levels become null.
impl From<&Json> for serde_json::Value {
    fn from(json: &Json) -> serde_json::Value {
        to_serde(json, MAX_DEPTH)
    }
}

/// The recursion depth is limited.
fn to_serde(json: &Json, levels: usize) -> serde_json::Value {
    use serde_json::Value;
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number
            .as_i64()
            .map(Value::from)
            .or_else(|| number.as_u64().map(Value::from))
            .unwrap_or_else(|| Value::from(number.as_f64())),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(_) | Json::Object(_) if levels == 0 => Value::Null,
        Json::Array(items) => items
            .iter()
            .map(|item| to_serde(item, levels - 1))
            .collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), to_serde(value, levels - 1)))
            .collect(),
    }
}
