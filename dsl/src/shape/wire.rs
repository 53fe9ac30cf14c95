//! What expanded `derive(Payload)` calls.

use super::Shape;
use super::schema::Schema;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The JSON of a field's default. A default that serde cannot write is `null`: nothing better can stand in its place.
pub fn value<T: Serialize + ?Sized>(default: &T) -> Value {
    serde_json::to_value(default).unwrap_or(Value::Null)
}

/// The shape of a type by its JSON Schema: `#[payload(opaque)]`, `#[serde(with = ..)]` on a tuple's field, and types that
/// serde converts.
pub fn schema<T: JsonSchema>() -> Shape {
    Schema::of::<T>().shape()
}

/// The shape of one property of a struct by the struct's JSON Schema.
pub fn property<T: JsonSchema>(name: &str) -> Shape {
    Schema::of::<T>().property(name)
}
