//! Values as text.

use super::expression::Lowering;
use super::spelling::Normalized;
use crate::expr::Piece;
use crate::lower::code::Code;
use crate::lower::syntax::json_writer::WRITE_JSON;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::Shape;

impl Lowering<'_, '_> {
    /// The JSON text of a value. `$string` does not quote texts, so a value that may be a text is
    /// serialized inside of a list or object.
    pub(super) fn json_text(&mut self, code: Code) -> Code {
        let code = self.normalized(code, Normalized::Json);
        let plain = code.shape.plain();
        let syntax = if plain.is_number()
            || matches!(
                plain,
                Shape::Bool
                    | Shape::Array(_)
                    | Shape::Set(_)
                    | Shape::Tuple(_)
                    | Shape::Map(_)
                    | Shape::Struct(_)
            ) {
            Syntax::call("string", vec![code.syntax])
        } else {
            // The text is between `[` and `]`, or between `{"v":` and `}`: a list inside of `[..]`
            // would be flattened.
            let (around, before, beside) = match plain {
                Shape::String | Shape::Written(_) => (Syntax::Array(vec![code.syntax]), 1, 2),
                _ => (Syntax::Object(vec![(Syntax::text("v"), code.syntax)]), 5, 6),
            };
            let local = self.fresh("t");
            let text = Syntax::Local(local.clone());
            let length = Syntax::call("length", vec![text.clone()])
                .binary(Operator::Sub, Syntax::number(beside));
            let inner = Syntax::call("substring", vec![text, Syntax::number(before), length]);
            Syntax::bind(local, Syntax::call("string", vec![around]), inner)
        };
        Code::new(syntax, Shape::String)
    }

    /// The JSON text of a value, with all digits of its numbers: `$string` writes 15 of them.
    pub(super) fn json_text_with_all_digits(&mut self, code: Code) -> Code {
        let shape = code.shape.plain();
        if shape.is_integer() {
            return self.display(code.shaped(shape));
        }
        if !shape.may_have_many_digits() {
            return self.json_text(code);
        }
        let object = Syntax::Object(vec![(Syntax::text("v"), code.syntax)]);
        let each = Syntax::call("each", vec![object, Syntax::Raw(WRITE_JSON.into())]);
        Code::new(each, Shape::String)
    }

    /// The text of a value, in the format of its `Display`.
    pub(super) fn display(&mut self, code: Code) -> Code {
        let function = match code.shape.resolve() {
            Shape::String => return code,
            Shape::Written(written) if written.shown => {
                let code = self.present(code);
                let text = self.normalized(code, Normalized::Display);
                return text.shaped(Shape::String);
            }
            Shape::Number | Shape::SmallNumber => {
                let code = self.present(code);
                return self.float_text(code);
            }
            Shape::Bool => "string",
            // `$string` writes at most 15 digits.
            shape @ (Shape::Integer | Shape::SmallInteger | Shape::Int(_)) => {
                if shape.is_short() {
                    "string"
                } else {
                    "formatBase"
                }
            }
            Shape::Any => {
                let code = self.present(code);
                return self.json_text(code);
            }
            other => {
                return self.refuse_code(format!(
                    "{} is written by its own `Display`, which cannot run inside a workflow; call a task, or write the field \
                     that is meant",
                    other.describe()
                ));
            }
        };
        let code = self.present(code);
        self.call(function, vec![code.syntax], Shape::String)
    }

    pub(super) fn format(&mut self, pieces: &[Piece]) -> Code {
        let mut texts: Vec<Syntax> = Vec::new();
        let count = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()))
            .count();
        for piece in pieces {
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) => texts.push(Syntax::text(text.clone())),
                Piece::Formatted(value, spec) => {
                    let value = self.value(value);
                    texts.push(self.formatted(value, spec).syntax);
                }
                Piece::Value(value) => {
                    let value = self.value(value);
                    let shape = value.shape.resolve();
                    let implied = match shape {
                        Shape::SmallInteger | Shape::Bool => true,
                        Shape::Int(integer) => integer.is_short(),
                        _ => false,
                    };
                    // `&` converts its operands to text.
                    let code = if count > 1 && implied {
                        value
                    } else {
                        self.display(value)
                    };
                    texts.push(code.syntax);
                }
            }
        }
        let all = texts
            .into_iter()
            .reduce(|left, right| left.binary(Operator::Concat, right));
        Code::new(all.unwrap_or_else(|| Syntax::text("")), Shape::String)
    }
}
