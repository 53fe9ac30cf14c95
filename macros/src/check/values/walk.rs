//! Looking at every part of a value.

use super::{Piece, Value};

impl Value {
    /// Calls `see` with this value and everything below it.
    pub(in crate::check) fn walk(&self, see: &mut dyn FnMut(&Value)) {
        see(self);
        match self {
            Value::Parameter
            | Value::Item(_)
            | Value::Variable(_)
            | Value::Result
            | Value::TaskToken
            | Value::ErrorOutput
            | Value::ErrorField(..)
            | Value::Local(_)
            | Value::Literal(_)
            | Value::Unit
            | Value::Constant(..)
            | Value::None
            | Value::Default(_)
            | Value::Raw(..)
            | Value::Placeholder(_)
            | Value::Faulty => {}
            Value::Inline(value) => value.walk(see),
            Value::Field(value, _)
            | Value::TupleField(value, _)
            | Value::Not(value)
            | Value::Negative(value)
            | Value::Closure(_, value)
            | Value::Typed(_, value)
            | Value::Some(value) => value.walk(see),
            Value::Index(a, b) | Value::Binary(_, a, b) => {
                a.walk(see);
                b.walk(see);
            }
            Value::If(a, b, c) => [a, b, c].into_iter().for_each(|value| value.walk(see)),
            Value::Match(subject, cases) => {
                subject.walk(see);
                for (_, guard, value) in cases {
                    guard.iter().for_each(|guard| guard.walk(see));
                    value.walk(see);
                }
            }
            Value::Method(receiver, _, arguments) => {
                receiver.walk(see);
                arguments.iter().for_each(|value| value.walk(see));
            }
            Value::Tuple(items)
            | Value::Array(items)
            | Value::Function(_, items)
            | Value::Library(_, items) => {
                items.iter().for_each(|value| value.walk(see));
            }
            Value::Record(record) => {
                record.fields.iter().for_each(|(_, value)| value.walk(see));
                record.base.iter().for_each(|base| base.walk(see));
            }
            Value::Format(pieces) => {
                for piece in pieces {
                    if let Piece::Value(value) = piece {
                        value.walk(see);
                    }
                }
            }
        }
    }
}
