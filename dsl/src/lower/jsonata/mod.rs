//! Expressions as JSONata.
//!
//! `expression` and its siblings make a syntax tree (`syntax`) with what is known about its value (`code`); `print` alone
//! writes it as text and chooses the names of what it binds. `reader` reads the templates of the method table.

mod cases;
mod code;
mod display;
mod expression;
mod library;
mod member;
mod methods;
mod names;
mod operator;
mod place;
mod print;
mod reader;
mod syntax;
mod template;
mod test;
#[cfg(test)]
mod tests;

pub(super) use self::code::Code;
pub(super) use self::expression::step;
pub(super) use self::names::is_function;
pub(super) use self::operator::{TEXTS, orders_alike};
pub(super) use self::place::{field_of, tuple_field_of};
pub(super) use self::syntax::{Operator, Syntax};
pub(super) use self::template::{as_text, condition, template, text};
pub(super) use self::test::{all, any, choose, equals, is_some, is_variant};

use super::env::Env;
use super::report::Report;
use crate::expr::Expr;

/// The code of what a pattern is held against.
pub(super) fn subject(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Code {
    let mut lowering = expression::Lowering::new(env.clone(), report);
    let code = lowering.code(expr);
    lowering.reached(code)
}

/// The code of an expression. What cannot be said is reported and `null` stands in its place.
pub(super) fn lower(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Code {
    expression::Lowering::new(env.clone(), report).code(expr)
}
