//! Decimals of `rust_decimal`: arithmetic and methods.
//!
//! JSON has a decimal as text, and the digits after the point belong to its value: `1.50` is not
//! `1.5`. Methods compute with the digits of the text, so that they are exact for all 28 digits.
//! Arithmetic computes with numbers, and fails if JSONata would round.

use super::expression::Lowering;
use super::spelling::Normalized;
use super::times::integer;
use crate::expr::methods;
use crate::expr::{Binary, Expr};
use crate::lower::code::Code;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::Shape;

/// The number of digits after the point of a decimal's text.
macro_rules! scale {
    ($of:literal) => {
        concat!(r"($length($match(", $of, r" & '.', /\.\d*/)[0].match) - 1)")
    };
}

/// `$zero` is the result if a side is 0: `Decimal` then has the digits of the other side.
macro_rules! decimal_arithmetic {
    ($operator:literal, $scale:expr, $zero:expr) => {
        concat!(
            "($left := $number($this); $right := $number($other); $scale := ",
            $scale,
            "; $result := $left ",
            $operator,
            " $right; ",
            $zero,
            " : $max([$abs($left), $abs($right), $abs($result)]) * $power(10, $scale) < 1000000000000000 \
             ? $formatNumber($result, $scale = 0 ? '0' : $pad('0.', $scale + 2, '0')) \
             : $error('this decimal has more than 15 digits; compute with it in a task'))"
        )
    };
}

/// The text of a decimal with the other sign.
macro_rules! negative {
    ($of:literal) => {
        concat!(
            "($substring(",
            $of,
            ", 0, 1) = '-' ? $substring(",
            $of,
            ", 1) : '-' & ",
            $of,
            ")"
        )
    };
}

macro_rules! larger_scale {
    () => {
        concat!("$max([", scale!("$this"), ", ", scale!("$other"), "])")
    };
}

/// A text of digits plus 1. The pattern matches the digits that change.
macro_rules! incremented {
    ($digits:expr) => {
        concat!(
            "$replace(",
            $digits,
            ", /[0-8]9*$|^9+$/, function($m) { \
             ($number($substring($m.match, 0, 1)) + 1) & $replace($substring($m.match, 1), '9', '0') })"
        )
    };
}

const FLOOR: &str = concat!(
    r"$contains($this, /^-.*\..*[1-9]/) ? '-' & ",
    incremented!("$substringBefore($substring($this, 1), '.')"),
    " : $substringBefore($this, '.')"
);

const CEIL: &str = concat!(
    r"$contains($this, /^\d.*\..*[1-9]/) ? ",
    incremented!("$substringBefore($this, '.')"),
    " : $substringBefore($this, '.')"
);

/// The text of a decimal without the zeros at its end.
const NORMALIZE: &str = concat!(
    "$contains($this, /[1-9]/) ? ",
    r"($contains($this, '.') ? $replace($this, /\.?0+$/, '') : $this) : '0'"
);

/// A decimal with `$other` digits after the point. A half is rounded to an even digit.
///
/// `Decimal` retains the sign of a zero, but a number that is rounded to 0 loses it.
const ROUND: &str = concat!(
    "($digits := $replace($this, /^-/, ''); \
      $fraction := $contains($digits, '.') ? $substringAfter($digits, '.') : ''; \
      $length($fraction) <= $other ? $this : (\
      $kept := $substringBefore($digits, '.') & $substring($fraction, 0, $other); \
      $rest := $substring($fraction, $other); \
      $half := $pad('5', $length($rest), '0'); \
      $rounded := $rest > $half or ($rest = $half and $contains($kept, /[13579]$/)) ? ",
    incremented!("$kept"),
    " : $kept; \
      $size := $length($rounded) - $other; \
      $text := $other = 0 ? $rounded : $substring($rounded, 0, $size) & '.' & $substring($rounded, $size); \
      $substring($this, 0, 1) = '-' and ($contains($rounded, /[1-9]/) or $not($contains($digits, /[1-9]/))) \
      ? '-' & $text : $text))"
);

/// The decimal of the integer `$this` with `$other` digits after the point.
const OF_PARTS: &str = "$other > 28 ? $error('a decimal has at most 28 digits after the point') : (\
      $digits := $pad($replace($this, /^-/, ''), -($other + 1), '0'); \
      $size := $length($digits) - $other; \
      $text := $other = 0 ? $digits : $substring($digits, 0, $size) & '.' & $substring($digits, $size); \
      $substring($this, 0, 1) = '-' ? '-' & $text : $text)";

/// The template of a method without arguments, and the shape of its result.
fn template(method: &str) -> Option<(&'static str, Shape)> {
    Some(match method {
        "abs" => ("$replace($this, /^-/, '')", Shape::decimal()),
        "ceil" => (CEIL, Shape::decimal()),
        "floor" => (FLOOR, Shape::decimal()),
        "normalize" => (NORMALIZE, Shape::decimal()),
        "trunc" => ("$substringBefore($this, '.')", Shape::decimal()),
        "is_zero" => ("$not($contains($this, /[1-9]/))", Shape::Bool),
        "is_sign_negative" => ("$substring($this, 0, 1) = '-'", Shape::Bool),
        "is_sign_positive" => ("$substring($this, 0, 1) != '-'", Shape::Bool),
        _ => return None,
    })
}

impl Lowering<'_, '_> {
    /// Arithmetic of decimals: the exact result with its digits after the point, or a failure if it
    /// may have more than 15 digits.
    pub(super) fn decimals(&mut self, operator: Binary, left: Code, right: Code) -> Code {
        let template = match operator {
            Binary::Add => decimal_arithmetic!(
                "+",
                larger_scale!(),
                "$left = 0 ? $other : $right = 0 ? $this"
            ),
            Binary::Sub => decimal_arithmetic!(
                "-",
                larger_scale!(),
                concat!(
                    "$left = 0 ? ($right = 0 ? $other : ",
                    negative!("$other"),
                    ") : $right = 0 ? $this"
                )
            ),
            Binary::Mul => {
                decimal_arithmetic!(
                    "*",
                    concat!(scale!("$this"), " + ", scale!("$other")),
                    "$left = 0 or $right = 0 ? '0'"
                )
            }
            _ => {
                return self.refuse_code(
                    "a quotient of decimals has up to 28 digits, and JSONata computes with 15; divide in a task",
                );
            }
        };
        let shape = left.shape.clone();
        let [left, right] = [left, right].map(|code| self.normalized(code, Normalized::Json));
        Code::new(self.filled_with(template, left.syntax, right.syntax), shape)
    }

    /// `-x` of a decimal.
    pub(super) fn negative_decimal(&mut self, code: Code) -> Code {
        let code = self.present(code);
        let code = self.normalized(code, Normalized::Json);
        let syntax = self.filled(negative!("$this"), code.syntax.clone());
        code.with(syntax)
    }

    /// A decimal of an integer: its digits as text.
    pub(super) fn decimal_from(&mut self, value: &Expr) -> Code {
        let code = self.code(value);
        if !code.shape.is_integer() {
            return self.refuse_code(format!(
                "a decimal of {} cannot be made inside a workflow: use an integer, or make it in a task",
                code.shape.describe()
            ));
        }
        self.display(code).shaped(Shape::decimal())
    }

    /// A method of a decimal; `None` if `Decimal` has no such method in a workflow.
    pub(super) fn method_of_decimal(
        &mut self,
        this: &Code,
        name: &str,
        arguments: &[Expr],
    ) -> Option<Code> {
        if let ([], Some((template, shape))) = (arguments, template(name)) {
            let this = self.decimal_text(this);
            let syntax = self.filled(template, this.syntax);
            return Some(Code::new(syntax, shape));
        }
        let this = self.present(this.clone());
        Some(match (name, arguments) {
            ("round", []) => self.rounded(&this, Syntax::number(0)),
            ("round_dp", [places]) => {
                let places = self.value(places);
                self.rounded(&this, places.syntax)
            }
            // `Decimal::max` and `Decimal::min` return the first of two equal numbers.
            ("max", [other]) => self.chosen(this, Binary::Lt, other),
            ("min", [other]) => self.chosen(this, Binary::Gt, other),
            ("clamp", [low, high]) => self.clamped(this, low, high),
            _ => return None,
        })
    }

    /// A method of a list of decimals; `None` if it does not depend on the items.
    pub(super) fn method_of_decimals(&mut self, this: &Code, name: &str) -> Option<Code> {
        let (row, arguments) = match name {
            "sum" => ("fold", folded("0", Binary::Add)),
            "product" => ("fold", folded("1", Binary::Mul)),
            "max" => ("max_by_key", vec![itself()]),
            "min" => ("min_by_key", vec![itself()]),
            _ => return None,
        };
        let found = methods::find(row, &this.shape, arguments.len())?;
        Some(self.row(found, row, this.clone(), &arguments))
    }

    /// `Decimal::new(number, scale)`
    pub(super) fn decimal_of_parts(&mut self, number: &Expr, scale: &Expr) -> Code {
        let number = self.decimal_from(number);
        let scale = self.value(scale);
        let syntax = match (&number.syntax, integer(&scale.syntax)) {
            (Syntax::Text(digits), Some(scale @ 0..=28)) => {
                Syntax::text(with_point(digits, scale as usize))
            }
            _ => self.filled_with(OF_PARTS, number.syntax, scale.syntax),
        };
        Code::new(syntax, Shape::decimal())
    }

    fn decimal_text(&mut self, code: &Code) -> Code {
        let code = self.present(code.clone());
        self.normalized(code, Normalized::Json)
    }

    fn rounded(&mut self, this: &Code, places: Syntax) -> Code {
        let text = self.decimal_text(this);
        let syntax = self.filled_with(ROUND, text.syntax, places);
        Code::new(syntax, Shape::decimal())
    }

    /// `other` if `this operator other`, else `this`.
    fn chosen(&mut self, this: Code, operator: Binary, other: &Expr) -> Code {
        let other = self.value(other);
        self.twice(this, |lowering, this| {
            let this = this.clone();
            lowering.twice(other, |lowering, other| {
                let test = lowering.compared_decimals(&this, operator, other);
                let syntax = test.conditional(other.syntax.clone(), this.syntax.clone());
                Code::new(syntax, Shape::decimal())
            })
        })
    }

    /// `this.clamp(low, high)`
    fn clamped(&mut self, this: Code, low: &Expr, high: &Expr) -> Code {
        let (low, high) = (self.value(low), self.value(high));
        self.twice(this, |lowering, this| {
            let this = this.clone();
            lowering.twice(low, |lowering, low| {
                let low = low.clone();
                lowering.twice(high, |lowering, high| {
                    let wrong = lowering.compared_decimals(&low, Binary::Gt, high);
                    let below = lowering.compared_decimals(&this, Binary::Lt, &low);
                    let above = lowering.compared_decimals(&this, Binary::Gt, high);
                    let message = Syntax::text("the bounds of clamp are in the wrong order");
                    let within = above.conditional(high.syntax.clone(), this.syntax.clone());
                    let within = below.conditional(low.syntax.clone(), within);
                    let error = Syntax::call("error", vec![message]);
                    Code::new(wrong.conditional(error, within), Shape::decimal())
                })
            })
        })
    }

    fn compared_decimals(&mut self, left: &Code, operator: Binary, right: &Code) -> Syntax {
        let [left, right] =
            [left, right].map(|code| self.normalized(code.clone(), Normalized::Key));
        left.syntax.binary(Operator::from(operator), right.syntax)
    }
}

/// The arguments of `fold` that compute a sum or a product.
fn folded(first: &'static str, operator: Binary) -> Vec<Expr> {
    let first = Expr::literal(first).typed(Shape::decimal);
    let all = Expr::local("all").binary(operator, Expr::local("amount"));
    vec![first, Expr::closure(vec!["all", "amount"], all)]
}

/// `|amount| amount`
fn itself() -> Expr {
    Expr::closure(vec!["amount"], Expr::local("amount"))
}

/// A text of digits with a point before the last ones.
fn with_point(digits: &str, scale: usize) -> String {
    if scale == 0 {
        return digits.to_owned();
    }
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}
