//! JSON values of executions as values of Rust types.

use serde::Serialize;
use serde::de::DeserializeOwned;
use stepwright_engine::StartError;
use stepwright_engine::value::Value;

/// Reads a value as a type; the message names the field that does not match.
pub(crate) fn read<T: DeserializeOwned + 'static>(value: &Value) -> Result<T, String> {
    let read = value.clone().into_owned();
    read.map_err(|error| error.to_string())
}

/// Writes the input of a start.
pub(crate) fn input<T: Serialize + 'static>(input: T) -> Result<Value, StartError> {
    Value::from_owned(input).map_err(|error| StartError::InvalidInput(error.to_string()))
}
