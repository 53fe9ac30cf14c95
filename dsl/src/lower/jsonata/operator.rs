//! Operators, with Rust's meaning.

use super::code::{Code, level};
use super::expression::Lowering;
use crate::expr::{Binary, Expr, Node, Unary};
use crate::shape::Shape;

impl Lowering<'_, '_> {
    pub(super) fn unary(&mut self, operator: Unary, value: &Expr) -> Code {
        let value = self.value(value);
        match operator {
            Unary::Not => self.call("not", &[&value], Shape::Bool),
            Unary::Neg => {
                let shape = value.shape.clone();
                Code::new(
                    format!("-{}", value.at(level::ATOM)),
                    level::NEGATION,
                    shape,
                )
            }
        }
    }

    pub(super) fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr) -> Code {
        if let Binary::Eq | Binary::Ne = operator {
            for (option, none) in [(left, right), (right, left)] {
                if let Node::None = none.untyped() {
                    let option = self.code(option);
                    return self.is_some(&option, operator == Binary::Ne);
                }
            }
        }
        let left = self.value(left);
        let right = self.value(right);
        let kinds = (left.shape.plain(), right.shape.plain());
        let number = match kinds {
            (Shape::Integer, Shape::Integer | Shape::Any) | (Shape::Any, Shape::Integer) => {
                Shape::Integer
            }
            _ => Shape::Number,
        };
        let infix = |symbol: &str, level: u8, shape: Shape| {
            let text = format!("{} {symbol} {}", left.at(level), right.at(level + 1));
            Code::new(text, level, shape)
        };
        match operator {
            Binary::Add if matches!(kinds, (Shape::String, _) | (_, Shape::String)) => {
                infix("&", level::SUM, Shape::String)
            }
            Binary::Add => infix("+", level::SUM, number),
            Binary::Sub => infix("-", level::SUM, number),
            Binary::Mul => infix("*", level::PRODUCT, number),
            Binary::Div if matches!(number, Shape::Integer) => self.divide(left, right),
            Binary::Div => infix("/", level::PRODUCT, number),
            Binary::Rem if matches!(number, Shape::Integer) && !is_positive(&right) => {
                self.remainder(left, right)
            }
            Binary::Rem => infix("%", level::PRODUCT, number),
            Binary::And => infix("and", level::AND, Shape::Bool),
            Binary::Or => infix("or", level::OR, Shape::Bool),
            Binary::Eq | Binary::Ne => {
                let symbol = if operator == Binary::Eq { "=" } else { "!=" };
                // Comparisons do not chain.
                let text = format!(
                    "{} {symbol} {}",
                    left.at(level::COMPARISON + 1),
                    right.at(level::COMPARISON + 1)
                );
                Code::new(text, level::COMPARISON, Shape::Bool)
            }
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => {
                for shape in [&left.shape, &right.shape] {
                    if !matches!(
                        shape.plain(),
                        Shape::Integer | Shape::Number | Shape::String | Shape::Any
                    ) {
                        return self.refuse_code(format!(
                            "JSONata orders numbers and texts, and this compares {}; compare in a task",
                            shape.describe()
                        ));
                    }
                }
                let symbol = match operator {
                    Binary::Lt => "<",
                    Binary::Le => "<=",
                    Binary::Gt => ">",
                    _ => ">=",
                };
                let text = format!(
                    "{} {symbol} {}",
                    left.at(level::COMPARISON + 1),
                    right.at(level::COMPARISON + 1)
                );
                Code::new(text, level::COMPARISON, Shape::Bool)
            }
        }
    }

    /// Integer division truncates: what the remainder leaves over is taken away first.
    fn divide(&mut self, left: Code, right: Code) -> Code {
        self.twice(left, |this, left| {
            let left = left.clone();
            this.twice(right, |_, right| {
                let text = format!(
                    "({} - {} % {}) / {}",
                    left.at(level::SUM),
                    left.at(level::PRODUCT),
                    right.at(level::PRODUCT + 1),
                    right.at(level::PRODUCT + 1)
                );
                Code::new(text, level::PRODUCT, Shape::Integer)
            })
        })
    }

    /// A remainder by nothing stops the execution, as it stops Rust; JSONata would go on with `NaN`.
    fn remainder(&mut self, left: Code, right: Code) -> Code {
        let error = self.function("error");
        self.twice(right, |_, right| {
            let text = format!(
                "{} = 0 ? {error}('the remainder of a division by zero') : {} % {}",
                right.at(level::COMPARISON + 1),
                left.at(level::PRODUCT),
                right.at(level::PRODUCT + 1)
            );
            Code::conditional(text, Shape::Integer)
        })
    }

    /// `x != null` is true only for what is there and not null.
    pub(super) fn is_some(&mut self, option: &Code, wanted: bool) -> Code {
        let test = format!("{} != null", option.at(level::COMPARISON + 1));
        if wanted {
            Code::new(test, level::COMPARISON, Shape::Bool)
        } else {
            let not = self.function("not");
            Code::atom(format!("{not}({test})"), Shape::Bool)
        }
    }
}

/// Whether a value is a literal above 0.
fn is_positive(code: &Code) -> bool {
    code.text.parse::<u64>().is_ok_and(|number| number > 0)
}
