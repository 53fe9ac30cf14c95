use serde::de::DeserializeOwned;

use super::error::StartError;
use crate::value::Value;

/// Says what is wrong with an input.
pub(super) type CheckInput = fn(&Value) -> Result<(), String>;

/// The input of a start.
pub(super) enum Given {
    /// Made of the workflow's own type.
    Typed(Value),
    /// Any JSON.
    Any(Value),
}

impl Given {
    /// The input of a state machine that holds it against a type, where it has one.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for JSON that is none of the type.
    pub(super) fn of(self, check: Option<CheckInput>) -> Result<Value, StartError> {
        match (self, check) {
            (Self::Typed(input), _) | (Self::Any(input), None) => Ok(input),
            (Self::Any(input), Some(check)) => match check(&input) {
                Ok(()) => Ok(input),
                Err(cause) => Err(StartError::InvalidInput(cause)),
            },
        }
    }
}

/// Whether a value can be read as the input of a workflow.
pub(super) fn check<I: DeserializeOwned + 'static>(input: &Value) -> Result<(), String> {
    read::<I>(input).map(drop)
}

/// A value as a type; the message names the field that does not fit.
pub(super) fn read<T: DeserializeOwned + 'static>(value: &Value) -> Result<T, String> {
    let read = value.clone().into_owned();
    read.map_err(|error| error.to_string())
}
