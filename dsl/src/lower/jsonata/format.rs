//! The format after the colon of a `format!`: width, alignment, sign and precision.

use super::expression::Lowering;
use crate::expr::{Align, Spec};
use crate::lower::code::Code;
use crate::lower::report::FLOATS;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{Shape, Spelling};

/// The maximum number of decimal digits that JSONata writes exactly.
const MOST_DIGITS: usize = 15;

/// What the digits of a number are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NumberText {
    /// A number of JSONata.
    Number,
    /// The text of a `Decimal`.
    Decimal,
}

const IS_NEGATIVE: &str = "$substring($this, 0, 1) = '-'";

const MAGNITUDE: &str = "$replace($this, /^-/, '')";

/// A decimal with `$other` digits after the point: `Decimal` cuts further digits, and does not
/// round.
const DECIMAL_PLACES: &str = "($fraction := $contains($this, '.') ? $substringAfter($this, '.') : ''; \
     $substringBefore($this, '.') & ($other = 0 ? '' : '.' & $pad($substring($fraction, 0, $other), $other, '0')))";

impl Lowering<'_, '_> {
    /// A value in the format `{:spec}`.
    pub(super) fn formatted(&mut self, value: Code, spec: &Spec) -> Code {
        let value = self.present(value);
        let shape = value.shape.resolve();
        if shape.spelling() == Spelling::Decimal {
            let text = self.display(value);
            return self.formatted_digits(text, spec, NumberText::Decimal);
        }
        if matches!(shape, Shape::Any) {
            return self.refuse_code(
                "the text of a `Value` has no width, alignment or precision in Rust, so a workflow writes it without them: write `{}`",
            );
        }
        // Times and ids write their text without the width and the precision.
        if shape.is_spelled() {
            return self.display(value);
        }
        if !shape.is_number() || matches!(shape, Shape::Struct(_)) {
            let text = self.display(value);
            let text = match spec.precision {
                Some(most) => self.cut(text, most),
                None => text,
            };
            return self.padded(text, spec, Align::Left);
        }
        if matches!(shape, Shape::SmallNumber) && spec.precision.is_some() {
            return self.refuse_code(FLOATS);
        }
        self.formatted_digits(value, spec, NumberText::Number)
    }

    /// A number, or the text of a decimal, in the format `{:spec}`.
    fn formatted_digits(&mut self, value: Code, spec: &Spec, of: NumberText) -> Code {
        let apart = spec.sign || spec.zero && spec.width.is_some();
        if !apart {
            let text = self.digits(value, spec.precision, of);
            return self.padded(text, spec, Align::Right);
        }
        // The sign comes before the zeros, so the digits are formatted without it.
        let text = self.twice(value, |this, number| {
            let negative = match of {
                NumberText::Number => {
                    let zero = Syntax::number(0);
                    number.syntax.clone().binary(Operator::Lt, zero)
                }
                NumberText::Decimal => this.filled(IS_NEGATIVE, number.syntax.clone()),
            };
            let magnitude = match of {
                NumberText::Number => Syntax::call("abs", vec![number.syntax.clone()]),
                NumberText::Decimal => this.filled(MAGNITUDE, number.syntax.clone()),
            };
            let digits = this.digits(number.with(magnitude), spec.precision, of);
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
    fn digits(&mut self, number: Code, precision: Option<usize>, of: NumberText) -> Code {
        let Some(precision) = precision else {
            return self.display(number);
        };
        if of == NumberText::Decimal {
            let places = Syntax::Number(precision.to_string());
            let text = self.filled_with(DECIMAL_PLACES, number.syntax, places);
            return Code::new(text, Shape::String);
        }
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
