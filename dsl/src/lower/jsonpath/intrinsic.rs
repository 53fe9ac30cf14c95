//! Calls of intrinsic functions.

use super::leaf::Leaf;
use super::path::Paths;
use crate::expr::{Binary, Expr, Piece};
use crate::lower::jsonata;
use crate::lower::report::Report;
use crate::shape::Shape;
use serde_json::Value;

impl Paths<'_, '_> {
    /// An argument of an intrinsic function.
    pub(super) fn argument(&mut self, expr: &Expr) -> Leaf {
        let leaf = match self.leaf_of(expr) {
            Ok(leaf) => leaf,
            Err(value) => return self.literal(&value),
        };
        if let Some(field) = &leaf.absent {
            let message = format!(
                "`{field}` may be absent, and JSONPath fails on what is absent; {way_out}",
                way_out = self.env.use_jsonata()
            );
            return self.refuse_leaf(message);
        }
        self.refuse_flattened(&leaf);
        leaf
    }

    /// A literal as an argument.
    pub(super) fn literal(&mut self, value: &Value) -> Leaf {
        let shape = Shape::of_value(value);
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Leaf::call(value.to_string(), shape),
            Value::String(text) => Leaf::call(format!("'{}'", escaped(text)), shape),
            Value::Array(_) | Value::Object(_) => self.refuse_leaf(format!(
                "a list or an object cannot be the argument of an intrinsic function; assign it to a variable first, or {way_out}", way_out = self.env.use_jsonata())),
        }
    }

    /// `States.Format`: braces in the text are escaped, so no template engine finds a placeholder
    /// in it.
    pub(in crate::lower) fn formatted(&mut self, pieces: &[Piece]) -> Leaf {
        let mut template = String::new();
        let mut arguments = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => template.push_str(&escaped(text)),
                Piece::Formatted(..) => {
                    return self.refuse_leaf(format!(
                        "`States.Format` has no width and no precision; {way_out}, or format the value in a task", way_out = self.env.use_jsonata()));
                }
                Piece::Value(value) => {
                    let leaf = self.argument(value);
                    let shape = leaf.shape.plain();
                    if !shape.is_integer() && !matches!(shape, Shape::String | Shape::Bool) {
                        let what = leaf.shape.describe();
                        return self.refuse_leaf(format!(
                            "`States.Format` formats {what} differently than Rust does; {way_out}",
                            way_out = self.env.use_jsonata()
                        ));
                    }
                    template.push_str("{}");
                    arguments.push(leaf.text);
                }
            }
        }
        let arguments: String = arguments
            .iter()
            .map(|argument| format!(", {argument}"))
            .collect();
        Leaf::call(
            format!("States.Format('{template}'{arguments})"),
            Shape::String,
        )
    }

    /// `a + b` and `a - 1`: sums of integers, and concatenated texts.
    pub(super) fn sum(&mut self, operator: Binary, left: &Expr, right: &Expr) -> Leaf {
        let a = self.argument(left);
        let b = self.argument(right);
        match (operator, a.shape.plain(), b.shape.plain()) {
            (Binary::Add, Shape::String, Shape::String) => Leaf::call(
                format!("States.Format('{{}}{{}}', {}, {})", a.text, b.text),
                Shape::String,
            ),
            (Binary::Add, x, y) if x.is_integer() && y.is_integer() => Leaf::call(
                format!("States.MathAdd({}, {})", a.text, b.text),
                Shape::Integer,
            ),
            (Binary::Sub, x, y) if x.is_integer() && y.is_integer() => {
                let number = b.text.parse().ok().and_then(i64::checked_neg);
                if number.is_some()
                    && (x.is_unsigned() || y.is_unsigned())
                    && !self.is_not_below(left, right)
                {
                    return self.refuse_leaf(format!(
                        "this difference of unsigned integers may be negative, where Rust panics and JSONPath continues; test it in a choice before, \
                         or {way_out}",
                        way_out = self.env.use_jsonata()
                    ));
                }
                match number {
                    Some(number) => Leaf::call(
                        format!("States.MathAdd({}, {number})", a.text),
                        Shape::Integer,
                    ),
                    None => self.refuse_leaf(format!(
                        "JSONPath subtracts only literal numbers; {way_out}",
                        way_out = self.env.use_jsonata()
                    )),
                }
            }
            _ => self.refuse_leaf(format!(
                "JSONPath adds only integers, and puts only texts together; {way_out}",
                way_out = self.env.use_jsonata()
            )),
        }
    }

    /// Whether a condition on the path to this state, or the values themselves, prove that
    /// `left - right` is not negative.
    fn is_not_below(&self, left: &Expr, right: &Expr) -> bool {
        let mut silent = Report::new("");
        let difference = left.clone().binary(Binary::Sub, right.clone());
        let code = jsonata::lower(&difference, &self.env, &mut silent);
        silent.into_faults().is_empty() && jsonata::checked_difference(&code.syntax).is_none()
    }

    /// A call of a function in [`functions`](crate::functions), if an intrinsic function has the
    /// same meaning.
    pub(super) fn library(&mut self, name: &str, arguments: &[Expr]) -> Leaf {
        let mut given: Vec<Leaf> = arguments.iter().map(|one| self.argument(one)).collect();
        let item = given.first().map_or(Shape::Any, |list| list.shape.item());
        let list = |item: Shape| Shape::Array(Box::new(item));
        let (function, shape) = match name {
            "unique" => ("ArrayUnique", list(item)),
            "chunks" => ("ArrayPartition", list(list(item))),
            "range" => ("ArrayRange", list(Shape::Integer)),
            "uuid" => ("UUID", Shape::String),
            "base64_encode" => ("Base64Encode", Shape::String),
            "base64_decode" => ("Base64Decode", Shape::String),
            "parse_json" => ("StringToJson", Shape::Any),
            "to_json" if given.iter().any(|leaf| is_rounded(&leaf.shape)) => {
                return self.refuse_leaf(format!(
                    "`functions::to_json` writes a float and a 64-bit integer with 15 digits, and JSONPath as they are; {way_out}", way_out = self.env.use_jsonata()));
            }
            "to_json" => ("JsonToString", Shape::String),
            "sha256" => {
                given.push(Leaf::call("'SHA-256'", Shape::String));
                ("Hash", Shape::String)
            }
            _ => {
                return self.refuse_leaf(format!(
                    "`functions::{name}` has no JSONPath form; {way_out}",
                    way_out = self.env.use_jsonata()
                ));
            }
        };
        let arguments: Vec<_> = given.iter().map(|leaf| leaf.text.as_str()).collect();
        Leaf::call(
            format!("States.{function}({})", arguments.join(", ")),
            shape,
        )
    }
}

/// The maximum nesting depth of examined types; recursive types are infinite.
const DEPTH: usize = 8;

/// Whether a value may contain a number with more than 15 digits.
fn is_rounded(shape: &Shape) -> bool {
    shape.may_contain(DEPTH, &|shape| match shape {
        Shape::Number | Shape::SmallNumber | Shape::Integer => true,
        Shape::Int(integer) => !integer.is_short(),
        _ => false,
    })
}

/// The text of a literal in single quotes, escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\'' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
