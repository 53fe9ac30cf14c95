//! Method calls: selects the row of `expr/methods.rs`, and lowers the few methods that need code.

use super::characters::is_characters;
use super::expression::Lowering;
use super::lists::listed;
use super::spelling::Normalized;
use crate::expr::methods::{self, ArgumentKind, Method, Receiver};
use crate::expr::{Expr, ExprNode, Unary};
use crate::lower::code::Code;
use crate::lower::report::{FLOATS, HIDDEN_NONE};
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{Shape, Spelling};
use serde_json::Value;
use stepwright_asl::front_end::callable::Kind;
use stepwright_asl::jsonata::text::is_in_each_object;

/// Methods that compute with numbers, or compare them.
const SMALL_NUMBERS_DIFFER: &[&str] = &[
    "ceil", "clamp", "floor", "max", "min", "powf", "powi", "product", "round", "sqrt", "sum",
    "trunc",
];

impl Lowering<'_, '_> {
    pub(super) fn method(&mut self, base: &Expr, name: &str, arguments: &[Expr]) -> Code {
        if is_characters(base) {
            return self.method_of_characters(base, name, arguments);
        }
        let this = self.code(base);
        self.method_of(this, name, arguments)
    }

    pub(super) fn method_of(&mut self, this: Code, name: &str, arguments: &[Expr]) -> Code {
        let shape = this.shape.plain();
        // `iter` returns its receiver, except on an `Option`, where it counts the value.
        let returns_receiver =
            methods::is_identity(name) && methods::find(name, &shape, arguments.len()).is_none();
        if shape.hides_none() && name != "flatten" && !returns_receiver {
            return self.refuse_code(HIDDEN_NONE);
        }
        // Flattening a list would drop `Some(None)`.
        if name == "flatten" && shape.is_list() && shape.item().hides_none() {
            return self.refuse_code(HIDDEN_NONE);
        }
        if SMALL_NUMBERS_DIFFER.contains(&name)
            && [shape.clone(), shape.item().plain()]
                .iter()
                .any(|shape| matches!(shape, Shape::SmallNumber))
        {
            return self.refuse_code(FLOATS);
        }
        match (name, arguments) {
            ("to_string", []) => return self.display(this),
            ("into", []) => return this,
            ("unwrap_or_default", []) => return self.unwrap_or_default(this),
            ("contains", [wanted]) => return self.contains(this, wanted),
            (_, []) if Kind::Time.has(name) => return self.part_of_time(this, name),
            ("signed_duration_since", [other]) => {
                let (time, other) = (self.present(this), self.value(other));
                return self.difference(time, other);
            }
            (_, []) if matches!(shape, Shape::Duration(_)) && Kind::TimeDelta.has(name) => {
                return self.part_of_duration(this, name);
            }
            _ if shape.spelling() == Spelling::Decimal && Kind::Decimal.has(name) => {
                return match self.method_of_decimal(&this, name, arguments) {
                    Some(code) => code,
                    None => self.no_method(&this, name),
                };
            }
            (_, []) if shape.is_list() && shape.item().spelling() == Spelling::Decimal => {
                if let Some(code) = self.method_of_decimals(&this, name) {
                    return code;
                }
            }
            ("get", [_]) if matches!(shape, Shape::Any) => {
                return self.refuse_code(
                    "`.get(..)` distinguishes a `null` value from an absent one, but in JSON both are `null`; write \
                     `value[..]`, which is `null` in both cases",
                );
            }
            ("flatten", []) if matches!(shape.item().plain(), Shape::Set(_)) => {
                let local = self.fresh("set");
                let set = Code::new(Syntax::Local(local.clone()), shape.item());
                let list = self.in_order(set);
                let each = Syntax::Function(vec![local], Box::new(list.syntax));
                let lists = Syntax::Array(vec![Syntax::call("map", vec![this.syntax, each])]);
                let lists = Code {
                    syntax: listed(lists, &list.shape),
                    shape: Shape::list(list.shape),
                    ..this
                };
                return self.method_of(lists, "flatten", &[]);
            }
            ("flat_map" | "filter_map", [_]) if shape.is_list() => {
                let mapped = self.method_of(this, "map", arguments);
                return self.method_of(mapped, "flatten", &[]);
            }
            _ => {}
        }
        let special = match (name, arguments) {
            ("replace" | "split", [part, ..]) if !is_filled(part) => methods::WITH_EMPTY_TEXT,
            ("get" | "contains_key", [key]) if has_text_keys(&shape) && !is_plain_key(key) => {
                methods::WITH_ANY_KEY
            }
            ("clamp", [low, high]) => match (number(low), number(high)) {
                (Some(low), Some(high)) if low <= high => &[],
                (Some(low), Some(high)) => {
                    return self.refuse_code(format!(
                        "`clamp({low}, {high})` panics, because its bounds are in the wrong order"
                    ));
                }
                _ => methods::WITH_ANY_BOUNDS,
            },
            _ => &[],
        };
        let special = special.iter().find(|row| {
            row.names.contains(&name)
                && row.takes.len() == arguments.len()
                && row.applies_to(&shape)
        });
        match special.or_else(|| methods::find(name, &shape, arguments.len())) {
            Some(row) => self.row(row, name, this, arguments),
            // `collect` consumes the iterator.
            None if arguments.is_empty() && name == "collect" => Code {
                deferred: None,
                ..this
            },
            // A type's own `as_str` may return any text, which is not known here.
            None if arguments.is_empty()
                && methods::is_identity(name)
                && (!methods::gives_text(name) || is_text(&shape)) =>
            {
                this
            }
            None => match unknown(name, arguments.len()).filter(|_| matches!(shape, Shape::Any)) {
                Some(row) => self.row(row, name, this, arguments),
                None => self.no_method(&this, name),
            },
        }
    }

    fn no_method(&mut self, this: &Code, name: &str) -> Code {
        match (this.shape.plain(), name) {
            (Shape::String, "len") => self.refuse_code(
                "`len` of a text counts bytes in Rust and characters in JSONata; write `.chars().count()`",
            ),
            (Shape::String, "chars") => self.refuse_code(
                "`.chars()` is an iterator, which no JSON has; write `.chars().count()`, `.chars().skip(n).take(m).collect::<String>()`, `.chars().next()` or \
                 `.chars().rev().collect::<String>()`",
            ),
            _ => self.refuse_code(format!(
                "`{name}` on {} cannot run inside a workflow expression; call it in a task instead, or write \
                 `jsonata!(\"..\")`",
                this.shape.describe()
            )),
        }
    }

    fn unwrap_or_default(&mut self, this: Code) -> Code {
        let some = this.shape.some();
        let default = match some.plain() {
            shape if shape.is_number() => Syntax::number(0),
            Shape::String => Syntax::text(""),
            Shape::Bool => Syntax::Bool(false),
            Shape::Array(_) | Shape::Set(_) => Syntax::Array(Vec::new()),
            Shape::Map(_) => Syntax::Object(Vec::new()),
            Shape::Option(_) | Shape::Null => Syntax::Null,
            _ => {
                return self.refuse_code(format!(
                    "the default of {} is not known here; write `.unwrap_or(..)`",
                    some.describe()
                ));
            }
        };
        let this = self.reached(this);
        self.twice(this, |_, this| {
            let there = this.syntax.clone().binary(Operator::Ne, Syntax::Null);
            Code::new(there.conditional(this.syntax.clone(), default), some)
        })
    }

    fn contains(&mut self, this: Code, wanted: &Expr) -> Code {
        self.keys_agree(&this.shape);
        let this = self.present(this);
        match this.shape.plain() {
            Shape::String => {
                let part = self.argument(&ArgumentKind::Text, wanted);
                self.call("contains", vec![this.syntax, part.syntax], Shape::Bool)
            }
            shape if shape.is_list() || matches!(shape, Shape::Any) => {
                let wanted = self.value(wanted);
                let plain = wanted.shape.plain();
                if matches!(plain, Shape::SmallNumber) {
                    return self.refuse_code(FLOATS);
                }
                if plain.is_number() || matches!(plain, Shape::String | Shape::Bool) {
                    return Code::test(wanted.syntax.binary(Operator::In, this.syntax));
                }
                // `in` compares only scalars.
                let item = Code::new(Syntax::Null, shape.item());
                if !self.comparable(&item) || !self.comparable(&wanted) {
                    return Code::nothing();
                }
                let local = self.fresh("item");
                let item = item.with(Syntax::Local(local.clone()));
                let [item, wanted] =
                    [item, wanted].map(|code| self.normalized(code, Normalized::Key));
                let same = item.syntax.binary(Operator::Eq, wanted.syntax);
                let test = Syntax::Function(vec![local], Box::new(same));
                let mapped = Syntax::call("map", vec![this.syntax, test]);
                Code::test(Syntax::Bool(true).binary(Operator::In, mapped))
            }
            _ => self.no_method(&this, "contains"),
        }
    }
}

fn is_text(shape: &Shape) -> bool {
    match shape {
        Shape::String | Shape::Any => true,
        Shape::Written(written) => written.spelling == Spelling::One,
        _ => false,
    }
}

/// Whether it is a text literal that is not empty.
fn is_filled(text: &Expr) -> bool {
    literal(text).is_some_and(|text| !text.is_empty())
}

/// Whether it is a text literal that is not a property of every JavaScript object.
pub(super) fn is_plain_key(key: &Expr) -> bool {
    literal(key).is_some_and(|key| !is_in_each_object(key))
}

/// The text of a text literal.
fn literal(text: &Expr) -> Option<&str> {
    match text.untyped() {
        ExprNode::Literal(Value::String(text)) => Some(text),
        ExprNode::Method(base, name, _) if methods::is_same_text(name) => literal(base),
        _ => None,
    }
}

/// The value of a number literal.
fn number(expr: &Expr) -> Option<f64> {
    match expr.untyped() {
        ExprNode::Literal(Value::Number(number)) => number.as_f64(),
        ExprNode::Unary(Unary::Neg, positive) => number(positive).map(std::ops::Neg::neg),
        _ => None,
    }
}

/// Whether it is a map whose keys are also texts in Rust.
fn has_text_keys(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(map) if !map.key.is_integer())
}

/// A value of unknown type has only methods whose meaning does not depend on its type.
fn unknown(name: &str, arguments: usize) -> Option<&'static Method> {
    methods::METHODS.iter().find(|row| {
        row.names.contains(&name)
            && row.takes.len() == arguments
            && matches!(
                row.receiver,
                Receiver::List | Receiver::Numbers | Receiver::Text | Receiver::Number
            )
    })
}
