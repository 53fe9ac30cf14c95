use serde::de::DeserializeOwned;

use crate::value::Value;

/// Says what is wrong with an input.
pub(super) type CheckInput = fn(&Value) -> Result<(), String>;

/// Whether a value can be read as the input of a workflow; the message names the field that cannot.
pub(super) fn check<I: DeserializeOwned>(input: &Value) -> Result<(), String> {
    match serde_path_to_error::deserialize::<_, I>(input) {
        Ok(_) => Ok(()),
        Err(error) => {
            let path = error.path().to_string();
            let said = error.into_inner().to_string();
            Err(if path == "." {
                said
            } else {
                format!("at `{path}`: {said}")
            })
        }
    }
}
