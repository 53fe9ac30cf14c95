//! Visits every part of a value.

use super::{FormatPiece, Term};

/// Defines the visitor of the direct children of a value, in a shared and a mutable form.
macro_rules! children {
    ($name:ident, $iter:ident, $($value:tt)+) => {
        /// Calls `each` with every direct child of this value.
        pub(crate) fn $name(self: $($value)+, each: &mut dyn FnMut($($value)+)) {
            match self {
                Term::Parameter
                | Term::Item(_)
                | Term::Variable(_)
                | Term::Result
                | Term::TaskToken
                | Term::ErrorOutput
                | Term::ErrorField(..)
                | Term::Local(_)
                // The value of an earlier `let` is shared.
                | Term::Inline(_)
                | Term::Literal(_)
                | Term::Unit
                | Term::Constant(..)
                | Term::Default(_)
                | Term::None
                | Term::Raw(..)
                | Term::Placeholder(_)
                | Term::Faulty => {}
                Term::Field(value, _)
                | Term::TupleField(value, _)
                | Term::Not(value)
                | Term::Negative(value)
                | Term::Closure(_, value)
                | Term::Typed(_, value)
                | Term::Checked(_, value)
                | Term::Some(value) => each(value),
                Term::Index(a, b) | Term::Binary(_, a, b) => {
                    each(a);
                    each(b);
                }
                Term::If(a, b, c) => [a, b, c].into_iter().for_each(|value| each(value)),
                Term::Match(subject, cases) => {
                    each(subject);
                    for (_, guard, value) in cases {
                        guard.$iter().for_each(&mut *each);
                        each(value);
                    }
                }
                Term::Let(bindings, body) => {
                    bindings.$iter().for_each(|(_, value)| each(value));
                    each(body);
                }
                Term::Method(receiver, _, arguments) => {
                    each(receiver);
                    arguments.$iter().for_each(each);
                }
                Term::Tuple(items)
                | Term::Array(items)
                | Term::Function(_, items)
                | Term::Library(_, items)
                | Term::Inlined(_, items) => items.$iter().for_each(each),
                Term::Object(entries) => entries.$iter().for_each(|(_, value)| each(value)),
                Term::Record(record) => {
                    record.fields.$iter().for_each(|(_, value)| each(value));
                    record.base.$iter().for_each(|base| each(base));
                }
                Term::Format(pieces) => {
                    for piece in pieces {
                        if let FormatPiece::Value(value, _) = piece {
                            each(value);
                        }
                    }
                }
            }
        }
    };
}

impl Term {
    /// Whether it has few parts, so that it may be duplicated.
    pub(crate) fn is_small(&self) -> bool {
        let mut size = 0;
        self.walk(&mut |_| size += 1);
        size <= 8
    }

    /// Calls `see` with this value and all its descendants, without the values of earlier `let`s.
    pub(crate) fn walk(&self, see: &mut dyn FnMut(&Term)) {
        see(self);
        self.children(&mut |child| child.walk(see));
    }

    children!(children, iter, &Self);
    children!(children_mut, iter_mut, &mut Self);
}
