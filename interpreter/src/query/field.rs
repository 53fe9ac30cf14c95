//! Path fields. The field determines the error of a path that finds nothing.

use std::borrow::Cow;

use crate::value::Value;

use super::path::{MissingValue, PathExpr};
use super::{CompileError, QueryError, Scope, VariableNames};

/// The families of path fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// A member of a payload template, `ErrorPath`, `CausePath`.
    Member,
    /// `InputPath`, `OutputPath`, `TimeoutSecondsPath` and other numbers.
    Plain,
    /// `SecondsPath`, `TimestampPath`.
    Wait,
    /// `ItemsPath`.
    Items,
    /// `Variable` and the operands of a Choice rule.
    Choice,
}

impl Field {
    pub(super) fn named(field: &str) -> Field {
        match field {
            "SecondsPath" | "TimestampPath" => Field::Wait,
            "ItemsPath" => Field::Items,
            _ => Field::Plain,
        }
    }
}

/// A path in a field.
#[derive(Debug)]
pub(super) struct FieldPath {
    path: PathExpr,
    field: Field,
    /// The field's name for messages.
    name: Box<str>,
}

impl FieldPath {
    pub(super) fn compile(
        text: &str,
        field: Field,
        name: &str,
        names: &mut VariableNames,
    ) -> Result<FieldPath, CompileError> {
        Ok(FieldPath {
            path: PathExpr::compile(text, name, names)?,
            field,
            name: name.into(),
        })
    }

    pub(super) fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        match self.reach(scope) {
            Some(value) => Ok(value.clone()),
            None => self.search(scope).map(Cow::into_owned),
        }
    }

    /// Returns the value of a simple path, like [`PathExpr::reach`]. If there is none,
    /// [`search`](Self::search) returns the value or the error.
    #[inline]
    pub(super) fn reach<'s>(&self, scope: &Scope<'s>) -> Option<&'s Value> {
        self.path.reach(scope)
    }

    /// Returns the value of any path.
    pub(super) fn search<'s>(&'s self, scope: &Scope<'s>) -> Result<Cow<'s, Value>, QueryError> {
        let found = self.path.find(scope);
        found.map_err(|missing| self.failure(&missing))
    }

    /// Returns whether the path finds something.
    pub(super) fn is_present(&self, scope: &Scope<'_>) -> bool {
        self.path.is_present(scope)
    }

    fn failure(&self, missing: &MissingValue<'_>) -> QueryError {
        if let Some(error) = missing.refused(self.path.text()) {
            return error;
        }
        let (path, name) = (self.path.text(), &self.name);
        QueryError::runtime(match self.field {
            Field::Member => {
                let input = missing.searched();
                format!(
                    "The JSONPath '{path}' specified for the field '{name}' could not be found in the input '{input}'"
                )
            }
            Field::Plain => format!("Invalid path '{path}' : {}", missing.message()),
            Field::Wait => {
                format!("The {name} parameter does not reference an input value: {path}")
            }
            Field::Choice => format!(
                "Invalid path '{path}': The choice state's condition path references an invalid value."
            ),
            Field::Items => {
                let (step, input) = missing.step();
                return QueryError::conflict(&step, &input);
            }
        })
    }
}
