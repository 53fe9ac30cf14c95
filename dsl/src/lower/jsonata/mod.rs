//! Expressions as JSONata.

mod code;
mod display;
mod expression;
mod library;
mod methods;
mod names;
mod operator;
mod quote;
mod template;
mod test;
#[cfg(test)]
mod tests;

pub(super) use self::code::Code;
pub(super) use self::expression::{field_of, step, tuple_field_of};
pub(super) use self::names::is_function;
pub(super) use self::template::{as_text, condition, template, text};
pub(super) use self::test::{all, any, choose, compares, equals, is_some, is_variant};

use super::env::Env;
use super::report::Report;
use crate::expr::Expr;

/// The code of an expression. What cannot be said is reported and `null` stands in its place.
pub(super) fn lower(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Code {
    expression::Lowering::new(env.clone(), report).code(expr)
}
