//! The type of a task token's output.

use crate::shape::{Payload, Shape, json_schema};
use schemars::Schema;
use serde_json::Value;
use std::any::{TypeId, type_name};
use std::fmt;

/// The type of the output with which a task token is completed.
#[derive(Clone, Copy)]
pub struct AnswerType {
    // Each Task state of an engine has one, so it is small.
    functions: &'static AnswerFunctions,
    type_id: TypeId,
    name: &'static str,
}

/// The functions of a type of answers.
struct AnswerFunctions {
    shape: fn() -> Shape,
    schema: fn() -> Schema,
    check: fn(Value) -> Result<(), String>,
}

impl AnswerFunctions {
    /// Returns the functions of a type.
    const fn of<T: Payload>() -> &'static AnswerFunctions {
        const {
            &AnswerFunctions {
                shape: T::shape,
                schema: json_schema::of_input::<T>,
                check: read::<T>,
            }
        }
    }
}

impl AnswerType {
    /// The answer type for a Rust type.
    #[must_use]
    pub fn of<T: Payload>() -> AnswerType {
        AnswerType {
            functions: AnswerFunctions::of::<T>(),
            type_id: TypeId::of::<T>(),
            name: type_name::<T>(),
        }
    }

    /// The JSON form of the type.
    #[must_use]
    pub fn shape(&self) -> Shape {
        (self.functions.shape)()
    }

    /// The function that returns the JSON form.
    pub(crate) fn shape_function(self) -> fn() -> Shape {
        self.functions.shape
    }

    /// The JSON Schema of the type.
    #[must_use]
    pub fn schema(&self) -> Value {
        (self.functions.schema)().to_value()
    }

    /// Checks that an answer deserializes as the type.
    ///
    /// # Errors
    ///
    /// Returns the mismatch with the path of its field.
    pub fn check(&self, answer: Value) -> Result<(), String> {
        (self.functions.check)(answer)
    }
}

fn read<T: Payload>(answer: Value) -> Result<(), String> {
    match serde_path_to_error::deserialize::<_, T>(answer) {
        Ok(_) => Ok(()),
        Err(placed) if placed.path().iter().next().is_none() => Err(placed.inner().to_string()),
        Err(placed) => Err(format!("at `{}`: {}", placed.path(), placed.inner())),
    }
}

impl PartialEq for AnswerType {
    fn eq(&self, other: &AnswerType) -> bool {
        self.type_id == other.type_id
    }
}

impl fmt::Debug for AnswerType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnswerType").field(&self.name).finish()
    }
}
