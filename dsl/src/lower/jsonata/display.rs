//! Values as text.

use super::code::{Code, level};
use super::expression::Lowering;
use super::quote::quote;
use crate::expr::Piece;
use crate::shape::Shape;

impl Lowering<'_, '_> {
    /// The JSON text of a value: `$string`, which leaves texts as they are, so those get a list around them first.
    pub(super) fn json_text(&mut self, code: &Code) -> Code {
        let string = self.function("string");
        let plain = format!("{string}({})", code.text);
        let text = match code.shape.plain() {
            Shape::String | Shape::Any | Shape::Option(_) | Shape::Enum(_) => {
                let (substring, length) = (self.function("substring"), self.function("length"));
                format!(
                    "($t := {string}([{}]); {substring}($t, 1, {length}($t) - 2))",
                    code.text
                )
            }
            _ => return Code::atom(plain, Shape::String),
        };
        if let Shape::String = code.shape.plain() {
            return Code::atom(text, Shape::String);
        }
        let kind = self.function("type");
        Code::conditional(
            format!("{kind}({}) = 'string' ? {text} : {plain}", code.text),
            Shape::String,
        )
    }

    /// Text of a value, as its `Display` writes it.
    pub(super) fn display(&mut self, code: Code) -> Code {
        match code.shape.plain() {
            Shape::String => code,
            Shape::Integer | Shape::Number | Shape::Bool | Shape::Any => {
                let code = self.present(code);
                self.call("string", &[&code], Shape::String)
            }
            other => self.refuse_code(format!(
                "{} is written by its own `Display`, which cannot run inside a workflow; call a task, or write the field that \
                 is meant",
                other.describe()
            )),
        }
    }

    pub(super) fn format(&mut self, pieces: &[Piece]) -> Code {
        let mut texts = Vec::new();
        let mut only = None;
        for piece in pieces {
            match piece {
                Piece::Text(text) if text.is_empty() => {}
                Piece::Text(text) => {
                    let code = quote(text);
                    texts.push(code.at(level::SUM));
                    only = Some(code);
                }
                Piece::Formatted(..) => {
                    return self.refuse_code(
                        "a width or a precision in `format!` has no form here yet; format the value in a task",
                    );
                }
                Piece::Value(value) => {
                    let value = self.value(value);
                    let code = self.display(value);
                    texts.push(code.at(level::SUM + 1));
                    only = Some(code);
                }
            }
        }
        match (texts.len(), only) {
            (1, Some(only)) => only,
            (0, _) => quote(""),
            _ => Code::new(texts.join(" & "), level::SUM, Shape::String),
        }
    }
}
