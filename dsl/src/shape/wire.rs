//! Functions that the expansion of `derive(Payload)` calls.

use super::Shape;
use super::schema::Schema;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::Serializer;
use serde_json::{Error, Value};

/// The JSON of a field's default; `null` for a default that serde cannot serialize.
pub fn value<T: Serialize + ?Sized>(default: &T) -> Value {
    serde_json::to_value(default).unwrap_or(Value::Null)
}

/// The JSON of a field's default, if a function of the user serializes the field.
pub fn written<T: ?Sized>(
    default: &T,
    write: impl FnOnce(&T, Serializer) -> Result<Value, Error>,
) -> Value {
    write(default, Serializer).unwrap_or(Value::Null)
}

/// The shape of a type, from its JSON Schema: `#[payload(opaque)]`.
pub fn schema<T: JsonSchema>() -> Shape {
    Schema::of::<T>().shape()
}

/// The shape of one property of a struct, from the struct's JSON Schema.
pub fn property<T: JsonSchema>(name: &str) -> Shape {
    Schema::of::<T>().property(name)
}
