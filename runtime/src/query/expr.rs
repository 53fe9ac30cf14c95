//! Compiled fields.

use stepwright_asl::json::Json;

use crate::value::Value;

use super::{CompileError, QueryError, Scope, VariableNames};

/// A field that yields a value, compiled once. Cheap to evaluate; shared by all executions.
#[derive(Debug)]
pub struct Expr(Node);

#[derive(Debug)]
enum Node {
    Const(Value),
}

/// The type that a JSONata field must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any value.
    Any,
    /// An array (`Items`).
    Array,
    /// A number (`Seconds`, `MaxConcurrency`, ...).
    Number,
    /// A boolean (`Condition`).
    Boolean,
    /// A string (`Error`, `Cause`, `Timestamp`, ...).
    String,
}

impl Expr {
    /// A value that is always the same.
    pub fn constant(value: Value) -> Expr {
        Expr(Node::Const(value))
    }

    /// A JSONPath payload template (`Parameters`, `ResultSelector`, `ItemSelector`, ...): the
    /// members whose key ends in `.$` are evaluated. `field` is its name.
    pub fn jsonpath_template(
        template: &Json,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        let _ = (template, names);
        Err(CompileError::new(field, "templates are not built in yet"))
    }

    /// A JSONata field that may be any JSON (`Arguments`, `Output`, `ItemSelector`, `Items`,
    /// ...): every string that is one `{% .. %}` is evaluated. `field` is the place inside the
    /// state, as errors quote it: `Output`, `Choices[1]/Output`, `Catch[0]/Output`.
    pub fn jsonata_template(
        template: &Json,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        let _ = (template, names);
        Err(CompileError::new(field, "templates are not built in yet"))
    }

    /// One path field of a JSONPath state. The name of the field (`InputPath`, `ItemsPath`,
    /// `SecondsPath`, `ErrorPath`, ...) decides how a path that finds nothing fails, and
    /// whether an intrinsic function may stand there (`ErrorPath`, `CausePath`).
    pub fn path(text: &str, field: &str, names: &mut VariableNames) -> Result<Expr, CompileError> {
        let _ = (text, names);
        Err(CompileError::new(field, "paths are not built in yet"))
    }

    /// One string field of a JSONata state: an expression in `{% .. %}`, or a literal.
    pub fn jsonata_field(
        text: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        let _ = (text, names);
        Err(CompileError::new(field, "JSONata is not built in yet"))
    }

    /// The same, failing with AWS's text when the JSONata expression gives another type.
    #[must_use]
    pub fn expecting(self, expected: Expected) -> Expr {
        let _ = expected;
        self
    }

    /// The value, if it is the same in every scope.
    pub fn as_constant(&self) -> Option<&Value> {
        match &self.0 {
            Node::Const(value) => Some(value),
        }
    }

    /// The value in a scope.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        let _ = scope;
        match &self.0 {
            Node::Const(value) => Ok(value.clone()),
        }
    }
}
