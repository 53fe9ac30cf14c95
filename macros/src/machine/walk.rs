//! Looking at every part of a value.

use super::{Piece, Value};

/// The walk over what stands right below a value, shared and mutable.
macro_rules! children {
    ($name:ident, $iter:ident, $($value:tt)+) => {
        /// Calls `each` with every value right below this one.
        pub(crate) fn $name(self: $($value)+, each: &mut dyn FnMut($($value)+)) {
            match self {
                Value::Parameter
                | Value::Item(_)
                | Value::Variable(_)
                | Value::Result
                | Value::TaskToken
                | Value::ErrorOutput
                | Value::ErrorField(..)
                | Value::Local(_)
                // What an earlier `let` stands for is shared.
                | Value::Inline(_)
                | Value::Literal(_)
                | Value::Unit
                | Value::Constant(..)
                | Value::Default(_)
                | Value::None
                | Value::Raw(..)
                | Value::Placeholder(_)
                | Value::Faulty => {}
                Value::Field(value, _)
                | Value::TupleField(value, _)
                | Value::Not(value)
                | Value::Negative(value)
                | Value::Closure(_, value)
                | Value::Typed(_, value)
                | Value::Some(value) => each(value),
                Value::Index(a, b) | Value::Binary(_, a, b) => {
                    each(a);
                    each(b);
                }
                Value::If(a, b, c) => [a, b, c].into_iter().for_each(|value| each(value)),
                Value::Match(subject, cases) => {
                    each(subject);
                    for (_, guard, value) in cases {
                        guard.$iter().for_each(&mut *each);
                        each(value);
                    }
                }
                Value::Let(bindings, body) => {
                    bindings.$iter().for_each(|(_, value)| each(value));
                    each(body);
                }
                Value::Method(receiver, _, arguments) => {
                    each(receiver);
                    arguments.$iter().for_each(each);
                }
                Value::Tuple(items)
                | Value::Array(items)
                | Value::Function(_, items)
                | Value::Library(_, items) => items.$iter().for_each(each),
                Value::Record(record) => {
                    record.fields.$iter().for_each(|(_, value)| each(value));
                    record.base.$iter().for_each(|base| each(base));
                }
                Value::Format(pieces) => {
                    for piece in pieces {
                        if let Piece::Value(value, _) = piece {
                            each(value);
                        }
                    }
                }
            }
        }
    };
}

impl Value {
    /// Calls `see` with this value and everything below it; what an earlier `let` stands for is not below it.
    pub(crate) fn walk(&self, see: &mut dyn FnMut(&Value)) {
        see(self);
        self.children(&mut |child| child.walk(see));
    }

    children!(children, iter, &Self);
    children!(children_mut, iter_mut, &mut Self);
}
