//! Operators, with Rust's meaning.

use super::expression::Lowering;
use super::lists::{TEXTS, is_ordered};
use super::spelling::Normalized;
use crate::expr::{Binary, Expr, ExprNode, Unary};
use crate::lower::code::{Code, UndefinedMeaning};
use crate::lower::report::{FLOATS, HIDDEN_NONE};
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{Fields, IntegerType, Presence, Shape, Spelling, Tagging};

/// Whether every text compares with this one by UTF-16 code units as it does by characters.
pub(in crate::lower) fn orders_alike(literal: &str) -> bool {
    literal.chars().all(|letter| letter <= '\u{d7ff}')
}

/// The maximum nesting depth of compared types; recursive types are infinite.
const DEPTH: usize = 8;

impl Lowering<'_, '_> {
    pub(super) fn unary(&mut self, operator: Unary, value: &Expr) -> Code {
        let value = self.propagating(value);
        match (operator, value.shape.resolve()) {
            (Unary::Not, Shape::Bool | Shape::Any) => {
                let value = self.present(value);
                Code::test(value.syntax.negated())
            }
            (Unary::Neg, shape) if shape.spelling() == Spelling::Decimal => {
                self.negative_decimal(value)
            }
            (Unary::Neg, Shape::Duration(_)) => self.negative_duration(value),
            (Unary::Neg, shape) if shape.is_number() || matches!(shape, Shape::Any) => {
                let negative = Code {
                    syntax: Syntax::Negative(Box::new(value.syntax)),
                    ..value
                };
                self.checked(negative, "negate")
            }
            (operator, shape) => {
                let symbol = if operator == Unary::Not { "!" } else { "-" };
                self.refuse_code(format!(
                    "`{symbol}` on {} cannot run inside a workflow expression; call a task",
                    shape.describe()
                ))
            }
        }
    }

    pub(super) fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr) -> Code {
        match operator {
            Binary::Eq | Binary::Ne => self.equality(operator, left, right),
            Binary::And | Binary::Or => {
                let left = self.value(left);
                let holds = operator == Binary::And;
                let right = self.assuming(&left.syntax, holds, |this| this.value(right));
                Code::test(left.syntax.binary(operator.into(), right.syntax))
            }
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => self.order(operator, left, right),
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Rem => {
                let (left, right) = (self.propagating(left), self.propagating(right));
                self.arithmetic(operator, left, right)
            }
        }
    }

    pub(super) fn arithmetic(&mut self, operator: Binary, left: Code, right: Code) -> Code {
        let kinds = (left.shape.resolve(), right.shape.resolve());
        if let (Binary::Add, Shape::String, Shape::String) = (operator, &kinds.0, &kinds.1) {
            let (left, right) = (self.present(left), self.present(right));
            let both = left.syntax.binary(Operator::Concat, right.syntax);
            return Code::new(both, Shape::String);
        }
        let is_decimal = |shape: &Shape| shape.spelling() == Spelling::Decimal;
        if is_decimal(&kinds.0) && is_decimal(&kinds.1) {
            let (left, right) = (self.present(left), self.present(right));
            return self.decimals(operator, left, right);
        }
        if let Some(code) = self.arithmetic_of_times(operator, &left, &right) {
            return code;
        }
        for shape in [&kinds.0, &kinds.1] {
            if let Shape::SmallNumber = shape {
                return self.refuse_code(FLOATS);
            }
            if !shape.is_number() && !matches!(shape, Shape::Any)
                || matches!(shape, Shape::Struct(_))
            {
                return self.refuse_code(format!(
                    "{} is not a number in JSONata, so a workflow cannot compute with it; call a task",
                    shape.describe()
                ));
            }
        }
        let shape = match &kinds {
            (Shape::Any, other) => other.clone(),
            (left, right) => left.joined(right).unwrap_or_else(|| left.clone()),
        };
        let shape = match operator {
            Binary::Mul if !has_few_digits(&left.syntax) && !has_few_digits(&right.syntax) => {
                with_more_digits(shape)
            }
            _ => shape,
        };
        let may_overflow = match operator {
            Binary::Sub => !shape.is_unsigned(),
            Binary::Div => !shape.is_unsigned() && may_be_minus_one(&right.syntax),
            _ => true,
        };
        // The result of arithmetic is undefined if an operand is undefined.
        let absent = match left.absent {
            UndefinedMeaning::Never => right.absent,
            absent => absent,
        };
        let code = match operator {
            Binary::Div if shape.is_integer() => self.divide(left, right),
            Binary::Rem if shape.is_integer() => self.remainder(left, right),
            Binary::Sub if shape.is_unsigned() => self.unsigned_difference(left, right),
            _ => Code::new(
                left.syntax.binary(operator.into(), right.syntax),
                shape.clone(),
            ),
        };
        let code = code.shaped(shape).absent(absent);
        if may_overflow {
            self.within_type(code, operator)
        } else {
            code
        }
    }

    /// Integer division truncates: the remainder is subtracted first.
    fn divide(&mut self, left: Code, right: Code) -> Code {
        self.twice(left, |this, left| {
            let left = left.clone();
            this.twice(right, |_, right| {
                let over = left
                    .syntax
                    .clone()
                    .binary(Operator::Rem, right.syntax.clone());
                let even = left.syntax.clone().binary(Operator::Sub, over);
                Code::new(even.binary(Operator::Div, right.syntax.clone()), left.shape)
            })
        })
    }

    /// A remainder by zero fails the execution, as it panics in Rust; JSONata would continue with
    /// `NaN`. With `overflow_checks`, the least number of a type has no remainder by -1.
    fn remainder(&mut self, left: Code, right: Code) -> Code {
        if let Some(least) = self.least(&left.shape)
            && may_be_minus_one(&right.syntax)
        {
            return self.twice(left, |this, left| {
                let left = left.clone();
                this.twice(right, |this, right| {
                    let is_least = left
                        .syntax
                        .clone()
                        .binary(Operator::Eq, Syntax::number(least));
                    let minus = right
                        .syntax
                        .clone()
                        .binary(Operator::Eq, Syntax::number(-1));
                    let overflows = is_least.binary(Operator::And, minus);
                    let message = "attempt to calculate the remainder with overflow";
                    let error = Syntax::call("error", vec![Syntax::text(message)]);
                    let rest = this.remainder_unless_zero(left.clone(), right.clone());
                    rest.with(overflows.conditional(error, rest.syntax.clone()))
                })
            });
        }
        self.remainder_unless_zero(left, right)
    }

    fn remainder_unless_zero(&mut self, left: Code, right: Code) -> Code {
        if is_nonzero(&right.syntax) {
            let rest = left.syntax.binary(Operator::Rem, right.syntax);
            return Code::new(rest, left.shape);
        }
        self.twice(right, |_, right| {
            let zero = right.syntax.clone().binary(Operator::Eq, Syntax::number(0));
            let message = Syntax::text("the remainder of a division by zero");
            let error = Syntax::call("error", vec![message]);
            let rest = left.syntax.binary(Operator::Rem, right.syntax.clone());
            Code::new(zero.conditional(error, rest), left.shape)
        })
    }

    fn equality(&mut self, operator: Binary, left: &Expr, right: &Expr) -> Code {
        let equal = operator == Binary::Eq;
        for (option, none) in [(left, right), (right, left)] {
            if let ExprNode::None = none.untyped() {
                let option = self.code(option);
                let option = self.reached(option);
                if let Some(form) = option.shape.custom() {
                    return self.refuse_code(form.refusal());
                }
                if option.shape.hides_none() {
                    return self.refuse_code(HIDDEN_NONE);
                }
                return is_some(&option, !equal);
            }
        }
        let (left, right) = (self.code(left), self.code(right));
        if !self.comparable(&left)
            || !self.comparable(&right)
            || !self.durations_are_comparable(&left, &right)
        {
            return Code::nothing();
        }
        // An undefined value never equals a defined one, like `None` and `Some`.
        let raw = |code: &Code, other: &Code| {
            equal
                && matches!(code.absent, UndefinedMeaning::Null)
                && matches!(other.absent, UndefinedMeaning::Never)
                && other.syntax != Syntax::Null
                && !other.is_option()
                && !code.shape.is_spelled()
        };
        let (keep_left, keep_right) = (raw(&left, &right), raw(&right, &left));
        let left = if keep_left { left } else { self.compared(left) };
        let right = if keep_right {
            right
        } else {
            self.compared(right)
        };
        let (left, right) = if is_known_variant(&left) || is_known_variant(&right) {
            (left, right)
        } else {
            let [left, right] = [left, right].map(|code| self.normalized(code, Normalized::Key));
            (left, right)
        };
        Code::test(left.syntax.binary(operator.into(), right.syntax))
    }

    fn compared(&mut self, code: Code) -> Code {
        let code = self.present(code);
        self.in_order(code)
    }

    /// Whether two such values are equal exactly when their JSON is equal; reports a fault if not.
    pub(super) fn comparable(&mut self, code: &Code) -> bool {
        match differs(&code.shape, DEPTH, false) {
            None => true,
            Some(why) => {
                self.report
                    .fault(format!("{why}; compare what matters, or call a task"));
                false
            }
        }
    }

    fn order(&mut self, operator: Binary, left: &Expr, right: &Expr) -> Code {
        let (left, right) = (self.value(left), self.value(right));
        for code in [&left, &right] {
            let shape = code.shape.plain();
            if matches!(shape, Shape::SmallNumber) {
                return self.refuse_code(FLOATS);
            }
            if !is_ordered(&shape) && !matches!(shape, Shape::String | Shape::Any) {
                return self.refuse_code(format!(
                    "JSONata orders numbers and texts, and this compares {}; compare in a task",
                    shape.describe()
                ));
            }
        }
        if !self.durations_are_comparable(&left, &right) {
            return Code::nothing();
        }
        let texts = matches!(
            (left.shape.plain(), right.shape.plain()),
            (Shape::String, Shape::String)
        );
        if texts && !is_ordered_alike(&left.syntax) && !is_ordered_alike(&right.syntax) {
            return self.refuse_code(TEXTS);
        }
        let [left, right] = [left, right].map(|code| self.normalized(code, Normalized::Key));
        Code::test(left.syntax.binary(operator.into(), right.syntax))
    }
}

/// Whether it is a variant that no unknown name equals.
fn is_known_variant(code: &Code) -> bool {
    match (code.shape.plain(), &code.syntax) {
        (Shape::Enum(shape), Syntax::Text(name)) => {
            shape.tagging == Tagging::External && shape.other_variant() != Some(name)
        }
        _ => false,
    }
}

/// Whether it is a text literal of that kind.
fn is_ordered_alike(syntax: &Syntax) -> bool {
    match syntax {
        Syntax::Text(text) => orders_alike(text),
        _ => false,
    }
}

/// `x != null` is true only for a value that is defined and not null.
pub(super) fn is_some(option: &Code, wanted: bool) -> Code {
    let test = option.syntax.clone().binary(Operator::Ne, Syntax::Null);
    Code::test(if wanted { test } else { test.negated() })
}

/// Why two values of a type may be equal in Rust and not in JSON, or vice versa.
///
/// A value with several spellings is normalized, but not if it is a part of another value.
fn differs(shape: &Shape, depth: usize, is_part: bool) -> Option<String> {
    if depth == 0 {
        return None;
    }
    let inner = |shape: &Shape| differs(shape, depth - 1, true);
    match shape.resolve() {
        Shape::SmallNumber => Some(
            "two `f32` may be equal and their digits in JSON not: make the field an `f64`"
                .to_owned(),
        ),
        Shape::Written(written) if !written.equal => Some(format!(
            "two values of `{}` may be equal and their texts not",
            written.name
        )),
        spelled @ (Shape::Written(_) | Shape::Enum(_)) if is_part && spelled.is_spelled() => {
            Some(format!(
                "JSON may spell {} in several ways inside of the compared value",
                spelled.describe()
            ))
        }
        Shape::Custom(form) => Some(format!(
            "`#[serde({})]` may write equal values as different JSON, or different values as equal JSON",
            form.attribute
        )),
        option if option.hides_none() => Some(HIDDEN_NONE.to_owned()),
        Shape::Option(shape) | Shape::Array(shape) => differs(&shape, depth - 1, is_part),
        Shape::Map(map) => inner(&map.value),
        Shape::Tuple(items) => items.iter().find_map(inner),
        Shape::Struct(shape) => of_fields(&shape.name, &shape.fields, depth, is_part),
        Shape::Enum(shape) if shape.tagging != Tagging::Untagged => shape
            .variants
            .iter()
            .find_map(|variant| of_fields(&shape.name, &variant.fields, depth, true)),
        _ => None,
    }
}

fn of_fields(name: &str, fields: &Fields, depth: usize, is_part: bool) -> Option<String> {
    let fields = match fields {
        Fields::Unit => return None,
        Fields::Newtype(field) => return differs(&field.shape, depth - 1, is_part),
        Fields::Tuple(fields) | Fields::Named(fields) => fields,
    };
    fields.iter().find_map(|field| {
        let optional = matches!(field.shape.plain(), Shape::Option(_));
        match field.presence {
            Presence::Never => Some(format!(
                "the field `{}` of `{name}` is not part of the JSON, so two values that differ only in it are equal there",
                field.name
            )),
            Presence::Sometimes(_) | Presence::Omitted(_) => Some(format!(
                "the field `{}` of `{name}` may be absent or written out in JSON, which are two values to JSONata",
                field.name
            )),
            Presence::Always if optional => Some(format!(
                "the field `{}` of `{name}` may be absent or `null` in JSON, which are two values to JSONata",
                field.name
            )),
            _ => differs(&field.shape, depth - 1, true),
        }
    })
}

/// The shape of a product of two integers, which may have more digits than each of them.
fn with_more_digits(shape: Shape) -> Shape {
    match shape {
        Shape::SmallInteger => Shape::Integer,
        Shape::Int(IntegerType::Count) => Shape::Int(IntegerType::U64),
        other => other,
    }
}

/// Whether a value is a literal of at most two digits.
fn has_few_digits(syntax: &Syntax) -> bool {
    matches!(syntax, Syntax::Number(number) if number.len() <= 2)
}

/// Whether a divisor may be -1: then the quotient of the least number of a type is outside of
/// the type.
fn may_be_minus_one(syntax: &Syntax) -> bool {
    match syntax {
        Syntax::Negative(value) => !is_nonzero(value) || **value == Syntax::number(1),
        other => !is_nonzero(other) || *other == Syntax::number(-1),
    }
}

/// Whether a value is a literal other than 0.
fn is_nonzero(syntax: &Syntax) -> bool {
    match syntax {
        Syntax::Number(number) => number.parse::<f64>().is_ok_and(|number| number != 0.0),
        _ => false,
    }
}
