//! Calls of `stepwright::functions`.

use super::expression::Lowering;
use crate::expr::Expr;
use crate::lower::code::Code;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::Shape;

/// The functions that equal a function of JSONata: the name, JSONata's name, and the result's
/// shape.
const FUNCTIONS: [(&str, &str, Shape); 9] = [
    ("now", "now", Shape::String),
    ("uuid", "uuid", Shape::String),
    ("millis", "toMillis", Shape::SmallInteger),
    ("timestamp", "fromMillis", Shape::String),
    ("sha256", "hash", Shape::String),
    ("base64_encode", "base64encode", Shape::String),
    ("base64_decode", "base64decode", Shape::String),
    ("parse_json", "parse", Shape::Any),
    ("number", "number", Shape::Number),
];

impl Lowering<'_, '_> {
    /// A call of a function of [`functions`](crate::functions).
    pub(super) fn library(&mut self, name: &str, arguments: &[Expr]) -> Option<Code> {
        let mut given: Vec<Code> = arguments.iter().map(|one| self.value(one)).collect();
        if let Some((_, function, shape)) = FUNCTIONS.iter().find(|(own, ..)| *own == name) {
            let mut arguments: Vec<Syntax> = given.into_iter().map(|code| code.syntax).collect();
            if name == "sha256" {
                arguments.push(Syntax::text("SHA-256"));
            }
            return Some(self.call(function, arguments, shape.clone()));
        }
        let item = given.first().map_or(Shape::Any, |list| list.shape.item());
        let sequence = |function: &'static str, given: Vec<Code>, item: Shape| {
            let arguments = given.into_iter().map(|code| code.syntax).collect();
            list_of(Syntax::call(function, arguments), item)
        };
        Some(match name {
            "sorted" => {
                let list = given.pop()?;
                if !self.has_order(&item) {
                    return Some(Code::nothing());
                }
                let sorted = Syntax::call("sort", vec![list.syntax]);
                Code::new(Syntax::Array(vec![sorted]), Shape::list(item))
            }
            "is_before" => {
                let (other, text) = (given.pop()?, given.pop()?);
                Code::test(text.syntax.binary(Operator::Lt, other.syntax))
            }
            "unique" => {
                let list = given.pop()?;
                if !self.comparable(&Code::new(Syntax::Null, item.clone())) {
                    return Some(Code::nothing());
                }
                self.distinct(list, false)
            }
            "chunks" => {
                let size = given.pop()?;
                self.unless_zero(size, "the size of a chunk is at least 1", |size| {
                    given.push(size);
                    sequence("partition", given, Shape::list(item))
                })
            }
            "range" => {
                let step = given.pop()?;
                self.unless_zero(step, "the step of a range is not 0", |step| {
                    given.push(step);
                    sequence("range", given, Shape::Integer)
                })
            }
            "to_json" => {
                let value = given.pop()?;
                self.json_text(value)
            }
            "all_digits" => {
                let value = given.pop()?;
                self.json_text_with_all_digits(value)
            }
            _ => return None,
        })
    }
}

impl Lowering<'_, '_> {
    /// Builds a value from a number. For 0 Rust panics and AWS returns an empty list, so the code
    /// fails the state.
    fn unless_zero(
        &mut self,
        number: Code,
        message: &'static str,
        make: impl FnOnce(Code) -> Code,
    ) -> Code {
        if let Syntax::Number(digits) = &number.syntax {
            return if is_zero(digits) {
                self.refuse_code(format!("{message}; write another number"))
            } else {
                make(number)
            };
        }
        self.twice(number, |_, number| {
            let made = make(number.clone());
            let zero = number
                .syntax
                .clone()
                .binary(Operator::Eq, Syntax::number(0));
            let error = Syntax::call("error", vec![Syntax::text(message)]);
            Code {
                syntax: zero.conditional(error, made.syntax),
                ..made
            }
        })
    }
}

fn is_zero(digits: &str) -> bool {
    digits.parse::<f64>().is_ok_and(|number| number == 0.0)
}

/// A list from a function's result.
fn list_of(sequence: Syntax, item: Shape) -> Code {
    let syntax = super::lists::listed(Syntax::Array(vec![sequence]), &item);
    Code::new(syntax, Shape::list(item))
}
