//! What expanded `derive(Payload)` calls.

use serde::Serialize;
use serde_json::Value;

/// The JSON of a field's default. A default that serde cannot write is `null`: nothing better can stand in its place.
pub fn value<T: Serialize + ?Sized>(default: &T) -> Value {
    serde_json::to_value(default).unwrap_or(Value::Null)
}
