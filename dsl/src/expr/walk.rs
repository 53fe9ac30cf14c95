//! Looking at every node of an expression.

use super::{Expr, Node, Piece};

impl Expr {
    /// Calls `see` with this node and everything below it.
    pub(crate) fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Node)) {
        see(&self.node);
        self.children(&mut |child| child.walk(see));
    }

    fn children<'a>(&'a self, each: &mut dyn FnMut(&'a Expr)) {
        match &*self.node {
            Node::Variable(_)
            | Node::Parameter
            | Node::Input(_)
            | Node::Item(_)
            | Node::Result
            | Node::TaskToken
            | Node::ErrorOutput
            | Node::ErrorField(..)
            | Node::Local(_)
            | Node::Literal(_)
            | Node::Placeholder(_)
            | Node::None
            | Node::Jsonata(..)
            | Node::Path(..)
            | Node::Intrinsic(..)
            | Node::Context(_)
            | Node::Refused(_) => {}
            Node::Field(base, _)
            | Node::TupleField(base, _)
            | Node::Unary(_, base)
            | Node::Some(base)
            | Node::Typed(base, _)
            | Node::Closure(_, base) => each(base),
            Node::Index(a, b) | Node::Binary(_, a, b) => {
                each(a);
                each(b);
            }
            Node::If(a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
            Node::Match(subject, cases) => {
                each(subject);
                for case in cases {
                    case.guard.iter().for_each(&mut *each);
                    each(&case.value);
                }
            }
            Node::Method(base, _, arguments) => {
                each(base);
                arguments.iter().for_each(each);
            }
            Node::Tuple(items) | Node::Array(items) | Node::Function(_, items) => {
                items.iter().for_each(each);
            }
            Node::Object(entries) => entries.iter().for_each(|(_, value)| each(value)),
            Node::Record(record) => record.fields.iter().for_each(|(_, value)| each(value)),
            Node::Format(pieces) => {
                for piece in pieces {
                    if let Piece::Value(value) = piece {
                        each(value);
                    }
                }
            }
        }
    }

    /// Puts values in the place of locals; what `value` does not know stays.
    ///
    /// An item of a tuple that is put in is taken out of it at once: `(a, b).1` is `b`.
    pub(crate) fn with_locals(mut self, value: &dyn Fn(&str) -> Option<Expr>) -> Expr {
        if let Node::Local(name) = &*self.node {
            return value(name).unwrap_or(self);
        }
        self.children_mut(&mut |child| {
            let taken = std::mem::replace(child, Expr::none());
            *child = taken.with_locals(value);
        });
        let place = self.place;
        let made = match *self.node {
            Node::TupleField(base, index) => base.taken_apart(index),
            node => Expr::new(node),
        };
        Expr { place, ..made }
    }

    /// Puts a value in the place of the state's result.
    pub(crate) fn with_result(mut self, value: &Expr) -> Expr {
        if let Node::Result = &*self.node {
            return value.clone();
        }
        self.children_mut(&mut |child| {
            let taken = std::mem::replace(child, Expr::none());
            *child = taken.with_result(value);
        });
        self
    }

    /// An item of a tuple, which is taken out where the tuple stands here.
    pub(crate) fn taken_apart(self, index: usize) -> Expr {
        match *self.node {
            Node::Tuple(mut items) if index < items.len() => items.swap_remove(index),
            node => Expr::new(node).tuple_field(index),
        }
    }

    pub(super) fn children_mut(&mut self, each: &mut dyn FnMut(&mut Expr)) {
        match &mut *self.node {
            Node::Variable(_)
            | Node::Parameter
            | Node::Input(_)
            | Node::Item(_)
            | Node::Result
            | Node::TaskToken
            | Node::ErrorOutput
            | Node::ErrorField(..)
            | Node::Local(_)
            | Node::Literal(_)
            | Node::Placeholder(_)
            | Node::None
            | Node::Jsonata(..)
            | Node::Path(..)
            | Node::Intrinsic(..)
            | Node::Context(_)
            | Node::Refused(_) => {}
            Node::Field(base, _)
            | Node::TupleField(base, _)
            | Node::Unary(_, base)
            | Node::Some(base)
            | Node::Typed(base, _)
            | Node::Closure(_, base) => each(base),
            Node::Index(a, b) | Node::Binary(_, a, b) => {
                each(a);
                each(b);
            }
            Node::If(a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
            Node::Match(subject, cases) => {
                each(subject);
                for case in cases {
                    case.guard.iter_mut().for_each(&mut *each);
                    each(&mut case.value);
                }
            }
            Node::Method(base, _, arguments) => {
                each(base);
                arguments.iter_mut().for_each(each);
            }
            Node::Tuple(items) | Node::Array(items) | Node::Function(_, items) => {
                items.iter_mut().for_each(each);
            }
            Node::Object(entries) => entries.iter_mut().for_each(|(_, value)| each(value)),
            Node::Record(record) => record.fields.iter_mut().for_each(|(_, value)| each(value)),
            Node::Format(pieces) => {
                for piece in pieces {
                    if let Piece::Value(value) = piece {
                        each(value);
                    }
                }
            }
        }
    }
}
