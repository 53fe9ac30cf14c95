//! Expressions as JSONata.
//!
//! `expression` and its siblings create a syntax tree (`syntax`) with static information about its
//! value (`code`); only `print` writes it as text and chooses the names of bound locals. `reader`
//! parses the templates of the method table.

mod access;
mod bounds;
mod cases;
mod characters;
mod code;
mod display;
mod expression;
mod failure;
mod float_text;
mod format;
mod json_writer;
mod library;
mod lists;
mod member;
mod methods;
mod names;
mod operator;
mod overflow;
mod print;
mod raw;
mod reader;
mod rows;
mod spelling;
mod syntax;
mod template;
mod test;
#[cfg(test)]
mod tests;
mod times;

pub(super) use self::bounds::{KnownCondition, assume, checked_difference};
pub(super) use self::code::Code;
pub(super) use self::lists::TEXTS;
pub(super) use self::names::is_function;
pub(super) use self::operator::orders_alike;
pub(super) use self::syntax::{Operator, Syntax};
pub(super) use self::template::{as_text, condition, template, text, written};
pub(super) use self::test::{all, matched};

use super::env::Env;
use super::report::Report;
use crate::expr::Expr;

/// The code of an expression. An expression that JSONata cannot represent is reported, and its code
/// is `null`.
pub(super) fn lower(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Code {
    expression::Lowering::new(env.clone(), report).code(expr)
}
