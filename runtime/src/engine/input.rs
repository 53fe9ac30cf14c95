use serde::de::DeserializeOwned;

use crate::value::Value;

/// Says what is wrong with an input.
pub(super) type CheckInput = fn(&Value) -> Result<(), String>;

/// Whether a value can be read as the input of a workflow.
pub(super) fn check<I: DeserializeOwned + 'static>(input: &Value) -> Result<(), String> {
    read::<I>(input).map(drop)
}

/// A value as a type; the message names the field that does not fit.
pub(super) fn read<T: DeserializeOwned + 'static>(value: &Value) -> Result<T, String> {
    let read = value.clone().into_owned();
    read.map_err(|error| error.to_string())
}
