//! Results of arithmetic outside of their type, where Rust panics.

use super::bounds::{SUBTRACT, is_not_below};
use super::expression::Lowering;
use crate::expr::Binary;
use crate::lower::code::Code;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{IntegerType, Shape};

impl Lowering<'_, '_> {
    /// `left - right` of unsigned integers: fails where the result is negative, unless that cannot
    /// happen.
    pub(super) fn unsigned_difference(&mut self, left: Code, right: Code) -> Code {
        let shape = left.shape.clone();
        if is_not_below(&left.syntax, &right.syntax, &self.env.known) {
            return Code::new(left.syntax.binary(Operator::Sub, right.syntax), shape);
        }
        let error = Syntax::call("error", vec![Syntax::text(SUBTRACT)]);
        if left.syntax.is_simple() && right.syntax.is_simple() {
            let is_less = left
                .syntax
                .clone()
                .binary(Operator::Lt, right.syntax.clone());
            let difference = left.syntax.binary(Operator::Sub, right.syntax);
            return Code::new(is_less.conditional(error, difference), shape);
        }
        let difference = Code::new(left.syntax.binary(Operator::Sub, right.syntax), shape);
        self.twice(difference, |_, difference| {
            let is_less = difference
                .syntax
                .clone()
                .binary(Operator::Lt, Syntax::number(0));
            Code::new(
                is_less.conditional(error, difference.syntax.clone()),
                difference.shape.clone(),
            )
        })
    }

    /// The result of an operator: with `overflow_checks`, fails where it is outside of its type.
    pub(super) fn within_type(&mut self, code: Code, operator: Binary) -> Code {
        let name = match operator {
            Binary::Add => "add",
            Binary::Sub => "subtract",
            Binary::Mul => "multiply",
            Binary::Div => "divide",
            _ => return code,
        };
        self.checked(code, name)
    }

    /// With `overflow_checks`, the least number of a signed integer type.
    pub(super) fn least(&self, shape: &Shape) -> Option<i64> {
        match shape.plain() {
            Shape::Int(integer) if self.env.flow.overflow_checks && !integer.is_unsigned() => {
                Some(match integer {
                    IntegerType::I64 => i64::MIN,
                    other => other.bounds().0,
                })
            }
            _ => None,
        }
    }

    /// With `overflow_checks`, adds a check that a number is one of its type.
    pub(super) fn checked(&mut self, code: Code, name: &str) -> Code {
        let Shape::Int(integer) = code.shape.plain() else {
            return code;
        };
        if !self.env.flow.overflow_checks {
            return code;
        }
        let (least, largest) = integer.bounds();
        let message = match integer {
            IntegerType::I64 | IntegerType::U64 | IntegerType::Count => {
                format!("attempt to {name} beyond 2^53, up to which JSON has each integer")
            }
            _ => format!("attempt to {name} with overflow"),
        };
        let error = Syntax::call("error", vec![Syntax::text(message)]);
        let absent = code.absent;
        let checked = self.twice(code, |_, code| {
            let above = code
                .syntax
                .clone()
                .binary(Operator::Gt, Syntax::number(largest));
            let outside = if integer.is_unsigned() {
                above
            } else {
                let below = code
                    .syntax
                    .clone()
                    .binary(Operator::Lt, Syntax::number(least));
                below.binary(Operator::Or, above)
            };
            Code::new(
                outside.conditional(error, code.syntax.clone()),
                code.shape.clone(),
            )
        });
        checked.absent(absent)
    }
}
