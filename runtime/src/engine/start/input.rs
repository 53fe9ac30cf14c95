use serde::de::DeserializeOwned;
use stepwright_interpreter::value::Value;

use crate::engine::error::StartError;

/// Checks an input. Returns a message for an invalid one.
pub(in crate::engine) type CheckInput = fn(&Value) -> Result<(), String>;

/// The input of a start.
pub(in crate::engine) enum StartInput {
    /// A value of the workflow's own type.
    Typed(Value),
    /// Any JSON.
    Any(Value),
}

impl StartInput {
    /// Returns the input for a state machine, checked against its type, if it has one.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for JSON that does not match the type.
    pub(in crate::engine) fn of(self, check: Option<CheckInput>) -> Result<Value, StartError> {
        match (self, check) {
            (Self::Typed(input), _) | (Self::Any(input), None) => Ok(input),
            (Self::Any(input), Some(check)) => match check(&input) {
                Ok(()) => Ok(input),
                Err(cause) => Err(StartError::InvalidInput(cause)),
            },
        }
    }
}

/// Checks that a value can be read as the input of a workflow.
pub(in crate::engine) fn check<I: DeserializeOwned + 'static>(input: &Value) -> Result<(), String> {
    read::<I>(input).map(drop)
}

/// Reads a value as a type; the message names the field that does not match.
pub(in crate::engine) fn read<T: DeserializeOwned + 'static>(value: &Value) -> Result<T, String> {
    let read = value.clone().into_owned();
    read.map_err(|error| error.to_string())
}
