//! Values during an evaluation.

use std::borrow::Cow;

use crate::value::{Str, Value};

use super::super::build;

/// A value of JSONata: numbers are doubles. Arrays and objects of the input are borrowed.
#[derive(Clone, Debug)]
pub(super) enum Operand<'s> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'s, Str>),
    /// An array or an object.
    Node(Cow<'s, Value>),
}

impl<'s> Operand<'s> {
    pub(super) fn text(text: Str) -> Operand<'s> {
        Operand::Text(Cow::Owned(text))
    }

    /// Returns a copy that borrows as much as possible.
    pub(super) fn borrowed(&self) -> Operand<'_> {
        match self {
            Operand::Undefined => Operand::Undefined,
            Operand::Null => Operand::Null,
            Operand::Bool(flag) => Operand::Bool(*flag),
            Operand::Number(number) => Operand::Number(*number),
            Operand::Text(text) => Operand::Text(Cow::Borrowed(text)),
            Operand::Node(node) => Operand::Node(Cow::Borrowed(node)),
        }
    }

    /// Converts a value of the input; `None` for an integer beyond 64 bits.
    #[inline]
    pub(super) fn of(value: &'s Value) -> Option<Operand<'s>> {
        Some(match value {
            Value::Null => Operand::Null,
            Value::Bool(flag) => Operand::Bool(*flag),
            Value::Int(number) => Operand::Number(*number as f64),
            Value::Float(number) => Operand::Number(*number),
            Value::Big(_) => return None,
            Value::Str(text) => Operand::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Operand::Node(Cow::Borrowed(value)),
        })
    }

    /// Converts an owned value; `None` for an integer beyond 64 bits.
    pub(super) fn of_owned(value: Value) -> Option<Operand<'s>> {
        Some(match value {
            Value::Str(text) => Operand::text(text),
            Value::Array(_) | Value::Object(_) => Operand::Node(Cow::Owned(value)),
            Value::Null => Operand::Null,
            Value::Bool(flag) => Operand::Bool(flag),
            Value::Int(number) => Operand::Number(number as f64),
            Value::Float(number) => Operand::Number(number),
            Value::Big(_) => return None,
        })
    }

    /// Returns the value; `None` if it is undefined.
    pub(super) fn into_value(self) -> Option<Value> {
        Some(match self {
            Operand::Undefined => return None,
            Operand::Null => Value::Null,
            Operand::Bool(flag) => Value::Bool(flag),
            Operand::Number(number) => build::number(number),
            Operand::Text(text) => Value::Str(text.into_owned()),
            Operand::Node(node) => node.into_owned(),
        })
    }

    pub(super) fn is_undefined(&self) -> bool {
        matches!(self, Operand::Undefined)
    }

    /// Returns the result of `$boolean`: `Some(None)` for undefined, `None` for an array.
    pub(super) fn truth(&self) -> Option<Option<bool>> {
        Some(match self {
            Operand::Undefined => None,
            Operand::Null => Some(false),
            Operand::Bool(flag) => Some(*flag),
            Operand::Number(number) => Some(*number != 0.0),
            Operand::Text(text) => Some(!text.is_empty()),
            Operand::Node(node) => Some(!node.as_object()?.is_empty()),
        })
    }

    /// Returns whether a condition holds; `None` for an array.
    pub(super) fn holds(&self) -> Option<bool> {
        Some(self.truth()?.unwrap_or(false))
    }

    /// Compares two defined values with `=`; `None` for two arrays or two objects.
    pub(super) fn equals(&self, other: &Operand<'_>) -> Option<bool> {
        Some(match (self, other) {
            (Operand::Null, Operand::Null) => true,
            (Operand::Bool(a), Operand::Bool(b)) => a == b,
            (Operand::Number(a), Operand::Number(b)) => a == b,
            (Operand::Text(a), Operand::Text(b)) => a == b,
            (Operand::Node(a), Operand::Node(b)) if a.type_name() == b.type_name() => return None,
            _ => false,
        })
    }
}
