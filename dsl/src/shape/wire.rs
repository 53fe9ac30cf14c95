//! What expanded `derive(Payload)` calls.

use super::Shape;
use super::schema::Schema;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::Serializer;
use serde_json::{Error, Value};

/// The JSON of a field's default. A default that serde cannot write is `null`: nothing better can stand in its place.
pub fn value<T: Serialize + ?Sized>(default: &T) -> Value {
    serde_json::to_value(default).unwrap_or(Value::Null)
}

/// The JSON of a field's default where a function of the user's writes the field.
pub fn written<T: ?Sized>(
    default: &T,
    write: impl FnOnce(&T, Serializer) -> Result<Value, Error>,
) -> Value {
    write(default, Serializer).unwrap_or(Value::Null)
}

/// The shape of a type by its JSON Schema: `#[payload(opaque)]`.
pub fn schema<T: JsonSchema>() -> Shape {
    Schema::of::<T>().shape()
}

/// The shape of one property of a struct by the struct's JSON Schema.
pub fn property<T: JsonSchema>(name: &str) -> Shape {
    Schema::of::<T>().property(name)
}
