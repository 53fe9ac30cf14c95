use serde::de::DeserializeOwned;

use crate::value::{MAX_TYPED_DEPTH, Value};

/// Says what is wrong with an input.
pub(super) type CheckInput = fn(&Value) -> Result<(), String>;

/// Whether a value can be read as the input of a workflow.
pub(super) fn check<I: DeserializeOwned + 'static>(input: &Value) -> Result<(), String> {
    read::<I>(input).map(drop)
}

/// A value as a type; the message names the field that does not fit.
pub(super) fn read<T: DeserializeOwned + 'static>(value: &Value) -> Result<T, String> {
    value.clone().into_owned().map_err(|error| {
        let said = error.to_string();
        if value.depth() > MAX_TYPED_DEPTH {
            return said;
        }
        // The place is sought only now: following it costs more than reading.
        match serde_path_to_error::deserialize::<_, T>(value) {
            Err(error) if error.path().iter().next().is_some() => {
                format!("at `{}`: {}", error.path(), error.inner())
            }
            _ => said,
        }
    })
}
