//! Serialization to and from serde's formats.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::too_deep;
use super::{Json, MAX_DEPTH, Number, Object};

/// Fails for more than [`MAX_DEPTH`] levels, and for a number that serde cannot represent.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Nested {
            json: self,
            depth: 0,
        }
        .serialize(serializer)
    }
}

#[derive(Clone, Copy)]
struct Nested<'j> {
    json: &'j Json,
    /// The number of enclosing arrays and objects.
    depth: usize,
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner = |json| Nested {
            json,
            depth: self.depth + 1,
        };
        match self.json {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(number) => number.serialize(serializer),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(_) | Json::Object(_) if self.depth == MAX_DEPTH => {
                Err(serde::ser::Error::custom(too_deep()))
            }
            Json::Array(items) => serializer.collect_seq(items.iter().map(inner)),
            Json::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, inner(value))))
            }
        }
    }
}

/// Conversions are lossless. Duplicate keys, floats so large that they may be rounded integers, and
/// more than [`MAX_DEPTH`] levels are errors. [`str::parse`] accepts numbers with any digits.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        JsonVisitor { depth: 0 }.deserialize(deserializer)
    }
}

#[derive(Clone, Copy)]
struct JsonVisitor {
    /// The number of enclosing arrays and objects.
    depth: usize,
}

impl JsonVisitor {
    fn deeper<E: Error>(self) -> Result<JsonVisitor, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(too_deep()));
        }
        Ok(JsonVisitor {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for JsonVisitor {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Whether a parser without integers beyond `u64` and `i64` may have created this float from an
/// integer.
fn may_be_integer(value: f64) -> bool {
    value >= u64::MAX as f64 || value <= i64::MIN as f64
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        let number = Number::try_from(value).map_err(E::custom)?;
        if may_be_integer(value) {
            return Err(E::custom(format_args!(
                "the number {number} may be an integer that lost its last digits; parse the text itself, with `from_json` or `parse::<Json>`"
            )));
        }
        Ok(Json::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let inner = self.deeper()?;
        let mut members = Object::new();
        while let Some(key) = access.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "duplicate key `{key}` in an object"
                )));
            }
            let value = access.next_value_seed(inner)?;
            members.insert(key, value);
        }
        Ok(Json::Object(members))
    }
}
