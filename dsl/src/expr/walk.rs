//! Visits every node of an expression.

use super::{Binary, Case, Expr, ExprNode, Piece, Text, Unary};
use serde_json::Value;
use stepwright_asl::front_end::callable::{PANICKING_METHODS, library_function};

/// The maximum number of nodes of a value that is inlined at the locals that read it. Without a
/// limit, a value that doubles with each name would grow exponentially.
const LARGEST: usize = 10_000;

/// Defines the visitor of the direct children of an expression, in a shared and a mutable form.
macro_rules! children {
    ($name:ident, $iter:ident, $node:ident, $($expr:tt)+) => {
        pub(super) fn $name<'a>(self: $($expr)+, each: &mut dyn FnMut($($expr)+)) {
            match $node(self) {
                ExprNode::Variable(_)
                | ExprNode::Parameter
                | ExprNode::Input(_)
                | ExprNode::Item(_)
                | ExprNode::Result
                | ExprNode::TaskToken
                | ExprNode::ErrorOutput
                | ExprNode::ErrorField(..)
                | ExprNode::Local(_)
                | ExprNode::Literal(_)
                | ExprNode::Placeholder(_)
                | ExprNode::None
                | ExprNode::Jsonata(..)
                | ExprNode::Path(..)
                | ExprNode::Intrinsic(..)
                | ExprNode::Context(_)
                | ExprNode::Refused(_) => {}
                ExprNode::Field(base, _)
                | ExprNode::TupleField(base, _)
                | ExprNode::Unary(_, base)
                | ExprNode::Some(base)
                | ExprNode::Typed(base, _)
                | ExprNode::Closure(_, base) => each(base),
                ExprNode::Index(a, b) | ExprNode::Binary(_, a, b) => {
                    each(a);
                    each(b);
                }
                ExprNode::If(a, b, c) => {
                    each(a);
                    each(b);
                    each(c);
                }
                ExprNode::Match(subject, cases) => {
                    each(subject);
                    for Case { guard, value, .. } in cases {
                        guard.$iter().for_each(&mut *each);
                        each(value);
                    }
                }
                ExprNode::Method(base, _, arguments) => {
                    each(base);
                    arguments.$iter().for_each(each);
                }
                ExprNode::Tuple(items) | ExprNode::Array(items) | ExprNode::Function(_, items) => {
                    items.$iter().for_each(each);
                }
                ExprNode::Object(entries) => entries.$iter().for_each(|(_, value)| each(value)),
                ExprNode::Let(bindings, body) => {
                    bindings.$iter().for_each(|(_, value)| each(value));
                    each(body);
                }
                ExprNode::Record(record) => record.fields.$iter().for_each(|(_, value)| each(value)),
                ExprNode::Format(pieces) => {
                    for piece in pieces {
                        if let Piece::Value(value) | Piece::Formatted(value, _) = piece {
                            each(value);
                        }
                    }
                }
            }
        }
    };
}

fn node_of(expr: &Expr) -> &ExprNode {
    &expr.node
}

fn node_of_mut(expr: &mut Expr) -> &mut ExprNode {
    &mut expr.node
}

impl Expr {
    /// Calls `see` with this node and all its descendants.
    pub(crate) fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a ExprNode)) {
        see(&self.node);
        self.children(&mut |child| child.walk(see));
    }

    children!(children, iter, node_of, &'a Self);
    children!(children_mut, iter_mut, node_of_mut, &'a mut Self);

    /// Replaces locals with values. Locals for which `value` returns `None` and locals that are
    /// bound inside are not replaced.
    ///
    /// An item of a tuple that is inserted is extracted immediately: `(a, b).1` becomes `b`.
    pub(crate) fn with_locals(mut self, value: &dyn Fn(&str) -> Option<Expr>) -> Expr {
        let put_in = |child: &mut Expr, bound: &[&Text]| {
            let taken = std::mem::replace(child, Expr::none());
            *child = taken.with_locals(&|name| {
                let hidden = bound.iter().any(|bound| *bound == name);
                (!hidden).then(|| value(name)).flatten()
            });
        };
        match &mut *self.node {
            ExprNode::Local(name) => return value(name).unwrap_or(self),
            ExprNode::Closure(parameters, body) => {
                let bound: Vec<_> = parameters.iter().map(|one| &one.name).collect();
                put_in(body, &bound);
            }
            ExprNode::Match(subject, cases) => {
                put_in(subject, &[]);
                for case in cases {
                    let bound = case.pattern.names();
                    case.guard.iter_mut().for_each(|one| put_in(one, &bound));
                    put_in(&mut case.value, &bound);
                }
            }
            ExprNode::Let(bindings, body) => {
                let mut bound = Vec::new();
                for (name, one) in bindings {
                    put_in(one, &bound);
                    bound.push(&*name);
                }
                put_in(body, &bound);
            }
            _ => self.children_mut(&mut |child| put_in(child, &[])),
        }
        let place = self.place;
        let made = match *self.node {
            // An item that can panic is evaluated even if nothing reads it.
            ExprNode::TupleField(base, index) if !base.others_can_panic(index) => {
                base.taken_apart(index)
            }
            node => Expr::new(node),
        };
        Expr { place, ..made }
    }

    /// The result of `Expr::let_in`, with the values inlined.
    pub(crate) fn put_in(bindings: &[(Text, Expr)], body: &Expr) -> Expr {
        let mut known: Vec<(&Text, Expr)> = Vec::new();
        let find = |known: &[(&Text, Expr)], name: &str| {
            let found = known.iter().rev().find(|(other, _)| *other == name);
            found.map(|(_, value)| value.clone())
        };
        let mut sizes = Vec::new();
        for (name, value) in bindings {
            sizes.push((&**name, value.size(&sizes)));
            if sizes.iter().any(|(_, size)| *size > LARGEST) {
                return Expr::refused(
                    "this value is read too often to be inlined at each read; assign it in an earlier `pass` state, or use JSONata in this \
                     state",
                );
            }
            let value = value.clone().with_locals(&|name| find(&known, name));
            known.push((name, value));
        }
        for (index, (name, value)) in bindings.iter().enumerate() {
            let mut later = bindings[index + 1..].iter().map(|(_, value)| value);
            let is_read = body.reads(name) || later.any(|value| value.reads(name));
            if !is_read && value.can_panic() {
                return Expr::refused(
                    "nothing reads this value, so JSONPath does not compute it, but Rust may panic there; remove it, or use JSONata in \
                     this state",
                );
            }
        }
        body.clone().with_locals(&|name| find(&known, name))
    }

    fn reads(&self, local: &str) -> bool {
        let mut reads = false;
        self.walk(&mut |node| reads |= matches!(node, ExprNode::Local(name) if name == local));
        reads
    }

    /// Whether the evaluation may panic in Rust.
    pub(crate) fn can_panic(&self) -> bool {
        let mut found = false;
        self.walk(&mut |node| {
            found |= match node {
                ExprNode::Index(..)
                | ExprNode::Jsonata(..)
                | ExprNode::Path(..)
                | ExprNode::Intrinsic(..)
                | ExprNode::Refused(_) => true,
                ExprNode::Binary(Binary::Div | Binary::Rem, _, by) => !by.is_nonzero(),
                // Of unsigned integers.
                ExprNode::Binary(Binary::Sub, left, right) => {
                    !left.is_float_literal() && !right.is_float_literal()
                }
                ExprNode::Method(_, name, _) => PANICKING_METHODS.contains(&&**name),
                ExprNode::Function(path, _) => {
                    path.strip_prefix("functions::").is_some_and(|name| {
                        library_function(name).is_none_or(|function| function.fails)
                    })
                }
                _ => false,
            };
        });
        found
    }

    fn is_nonzero(&self) -> bool {
        match self.untyped() {
            ExprNode::Literal(Value::Number(number)) => number.as_f64().is_some_and(|n| n != 0.0),
            ExprNode::Unary(Unary::Neg, value) => value.is_nonzero(),
            _ => false,
        }
    }

    fn is_float_literal(&self) -> bool {
        match self.untyped() {
            ExprNode::Literal(Value::Number(number)) => number.is_f64(),
            ExprNode::Unary(Unary::Neg, value) => value.is_float_literal(),
            _ => false,
        }
    }

    /// Whether an item of a tuple literal can panic, except the item at `index`.
    fn others_can_panic(&self, index: usize) -> bool {
        match &*self.node {
            ExprNode::Tuple(items) => {
                let mut items = items.iter().enumerate();
                items.any(|(other, item)| other != index && item.can_panic())
            }
            _ => false,
        }
    }

    /// The number of nodes after names are replaced with values of these sizes.
    fn size(&self, known: &[(&str, usize)]) -> usize {
        let mut size = 0_usize;
        self.walk(&mut |node| {
            let own = match node {
                ExprNode::Local(name) => known.iter().rev().find(|(other, _)| other == name),
                _ => None,
            };
            size = size.saturating_add(own.map_or(1, |(_, size)| *size));
        });
        size
    }

    /// Replaces the state's result with a value.
    pub(crate) fn with_result(mut self, value: &Expr) -> Expr {
        if let ExprNode::Result = &*self.node {
            return value.clone();
        }
        self.children_mut(&mut |child| {
            let taken = std::mem::replace(child, Expr::none());
            *child = taken.with_result(value);
        });
        self
    }

    /// An item of a tuple; for a tuple literal, the item's own expression.
    pub(crate) fn taken_apart(self, index: usize) -> Expr {
        match *self.node {
            ExprNode::Tuple(mut items) if index < items.len() => items.swap_remove(index),
            node => Expr::new(node).tuple_field(index),
        }
    }
}
