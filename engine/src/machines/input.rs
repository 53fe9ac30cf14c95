//! Checks the input of a start against the Rust type of the workflow's input.

use serde_json::Value as Json;
use stepwright_interpreter::value::Value;

use crate::error::StartError;

/// Checks an input. Returns a message for an invalid one.
pub(crate) type CheckInput = fn(&Value) -> Result<(), String>;

/// The Rust type of a workflow's input.
#[derive(Clone, Copy, Debug)]
pub struct InputType {
    /// Checks an input against the type.
    pub check: CheckInput,
    /// Generates its JSON Schema.
    pub schema: fn() -> Json,
}

impl InputType {
    /// Returns its JSON Schema, which is generated at each call.
    pub(crate) fn schema(self) -> Json {
        (self.schema)()
    }
}

/// The input of a start.
pub(crate) enum StartInput {
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
    pub(crate) fn of(self, input_type: Option<InputType>) -> Result<Value, StartError> {
        match (self, input_type) {
            (Self::Typed(input), _) | (Self::Any(input), None) => Ok(input),
            (Self::Any(input), Some(input_type)) => match (input_type.check)(&input) {
                Ok(()) => Ok(input),
                Err(cause) => Err(StartError::InvalidInput(cause)),
            },
        }
    }
}
