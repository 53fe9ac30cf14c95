use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use stepwright::{Payload, Schemas};
use stepwright_interpreter::value::Value;

use crate::engine::error::StartError;

/// Checks an input. Returns a message for an invalid one.
pub(in crate::engine) type CheckInput = fn(&Value) -> Result<(), String>;

/// The Rust type of a workflow's input.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct InputType {
    /// Checks an input against the type.
    pub(in crate::engine) check: CheckInput,
    schema: fn() -> Json,
}

impl InputType {
    pub(in crate::engine) fn of<I: Payload>() -> Self {
        Self {
            check: check::<I>,
            schema: schema::<I>,
        }
    }

    /// Returns its JSON Schema, which is generated at each call.
    pub(in crate::engine) fn schema(self) -> Json {
        (self.schema)()
    }
}

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
    pub(in crate::engine) fn of(self, input_type: Option<InputType>) -> Result<Value, StartError> {
        match (self, input_type) {
            (Self::Typed(input), _) | (Self::Any(input), None) => Ok(input),
            (Self::Any(input), Some(input_type)) => match (input_type.check)(&input) {
                Ok(()) => Ok(input),
                Err(cause) => Err(StartError::InvalidInput(cause)),
            },
        }
    }
}

fn schema<I: Payload>() -> Json {
    Schemas::input_of::<I>().to_value()
}

/// Checks that a value can be read as the input of a workflow.
fn check<I: DeserializeOwned + 'static>(input: &Value) -> Result<(), String> {
    read::<I>(input).map(drop)
}

/// Reads a value as a type; the message names the field that does not match.
pub(in crate::engine) fn read<T: DeserializeOwned + 'static>(value: &Value) -> Result<T, String> {
    let read = value.clone().into_owned();
    read.map_err(|error| error.to_string())
}
