//! The format after the colon of a `format!`: width, alignment, sign and precision.

use super::expression::Lowering;
use crate::expr::{Align, Spec};
use crate::lower::code::Code;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::Shape;

/// The maximum number of decimal digits that JSONata writes exactly.
const MOST_DIGITS: usize = 15;

impl Lowering<'_, '_> {
    /// A value in the format `{:spec}`.
    pub(super) fn formatted(&mut self, value: Code, spec: &Spec) -> Code {
        let value = self.present(value);
        if !value.shape.resolve().is_number() || matches!(value.shape.resolve(), Shape::Struct(_)) {
            let text = self.display(value);
            let text = match spec.precision {
                Some(most) => self.cut(text, most),
                None => text,
            };
            return self.padded(text, spec, Align::Left);
        }
        let apart = spec.sign || spec.zero && spec.width.is_some();
        if !apart {
            let text = self.digits(value, spec.precision);
            return self.padded(text, spec, Align::Right);
        }
        // The sign comes before the zeros, so the digits are formatted without it.
        let text = self.twice(value, |this, number| {
            let negative = number
                .syntax
                .clone()
                .binary(Operator::Lt, Syntax::number(0));
            let magnitude = Code {
                syntax: Syntax::call("abs", vec![number.syntax.clone()]),
                ..number.clone()
            };
            let digits = this.digits(magnitude, spec.precision);
            let width = if spec.zero { spec.width } else { None };
            let signed = |sign: &'static str| {
                let digits = match width.map(|width| width.saturating_sub(sign.len())) {
                    Some(width) if width > 0 => pad(digits.syntax.clone(), width, true, '0'),
                    _ => digits.syntax.clone(),
                };
                match sign {
                    "" => digits,
                    sign => Syntax::text(sign).binary(Operator::Concat, digits),
                }
            };
            let positive = signed(if spec.sign { "+" } else { "" });
            Code::new(negative.conditional(signed("-"), positive), Shape::String)
        });
        if spec.zero {
            return text;
        }
        self.padded(text, spec, Align::Right)
    }

    /// Formats a number without sign and width.
    fn digits(&mut self, number: Code, precision: Option<usize>) -> Code {
        let Some(precision) = precision else {
            return self.display(number);
        };
        // Rust ignores the precision of an integer.
        if number.shape.is_integer() {
            return self.display(number);
        }
        if precision > MOST_DIGITS {
            return self.refuse_code(format!(
                "JSONata writes {MOST_DIGITS} digits after the decimal point at most; format the value in a task"
            ));
        }
        self.places(number, precision)
    }

    /// Truncates a text to its first characters.
    fn cut(&mut self, text: Code, most: usize) -> Code {
        let arguments = vec![
            text.syntax,
            Syntax::number(0),
            Syntax::Number(most.to_string()),
        ];
        self.call("substring", arguments, Shape::String)
    }

    /// Pads a text to its width.
    fn padded(&mut self, text: Code, spec: &Spec, otherwise: Align) -> Code {
        let Some(width) = spec.width.filter(|width| *width > 0) else {
            return text;
        };
        let syntax = match spec.align.unwrap_or(otherwise) {
            Align::Left => pad(text.syntax, width, false, spec.fill),
            Align::Right => pad(text.syntax, width, true, spec.fill),
            Align::Center => {
                let local = self.fresh("t");
                let text_of = Syntax::Local(local.clone());
                // The remaining fill characters go after the text.
                let both = Syntax::call("length", vec![text_of.clone()])
                    .binary(Operator::Add, Syntax::Number(width.to_string()));
                let half = both.binary(Operator::Div, Syntax::number(2));
                let before = Syntax::Negative(Box::new(Syntax::call("floor", vec![half])));
                let fill = Syntax::text(spec.fill.to_string());
                let left = Syntax::call("pad", vec![text_of, before, fill]);
                Syntax::bind(local, text.syntax, pad(left, width, false, spec.fill))
            }
        };
        Code::new(syntax, Shape::String)
    }
}

/// `$pad(text, width)`; a negative width pads before the text.
fn pad(text: Syntax, width: usize, before: bool, fill: char) -> Syntax {
    let sign = if before { "-" } else { "" };
    let mut arguments = vec![text, Syntax::Number(format!("{sign}{width}"))];
    if fill != ' ' {
        arguments.push(Syntax::text(fill.to_string()));
    }
    Syntax::call("pad", arguments)
}
