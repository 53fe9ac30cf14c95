//! The types that JSONata fields require of their results.

use crate::value::Value;

/// The type that the result of a JSONata field must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// Any value.
    Any,
    /// An array (`Items` of an inline Map).
    Array,
    /// An array or an object (`Items` of a Distributed Map).
    Collection,
    /// A number (`Seconds`, `MaxConcurrency`, ...).
    Number,
    /// A boolean (`Condition`).
    Boolean,
    /// A string (`Error`, `Cause`, `Timestamp`, ...).
    String,
}

impl Expected {
    /// Returns whether a value has the type.
    pub fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (Expected::Any, _) | (Expected::Collection, Value::Object(_)) => true,
            _ => self.name() == value.type_name(),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Expected::Any => "any",
            Expected::Array | Expected::Collection => "array",
            Expected::Number => "number",
            Expected::Boolean => "boolean",
            Expected::String => "string",
        }
    }
}
