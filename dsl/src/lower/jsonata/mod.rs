//! Expressions as JSONata.
//!
//! `expression` and its siblings create a tree of `lower::syntax` with static information about its
//! value (`lower::code`).

mod access;
mod bounds;
mod cases;
mod characters;
mod decimals;
mod display;
mod expression;
mod failure;
mod float_text;
mod format;
mod library;
mod lists;
mod member;
mod methods;
mod operator;
mod overflow;
mod raw;
mod rows;
mod spelling;
mod template;
mod test;
#[cfg(test)]
mod tests;
mod times;

pub(super) use self::bounds::{KnownCondition, assume, checked_difference};
pub(super) use self::lists::TEXTS;
pub(super) use self::operator::orders_alike;
pub(super) use self::template::{as_text, condition, template, text, written};
pub(super) use self::test::{all, matched};

use super::code::Code;
use super::env::Env;
use super::report::Report;
use crate::expr::Expr;

/// The code of an expression. An expression that JSONata cannot represent is reported, and its code
/// is `null`.
pub(super) fn lower(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Code {
    expression::Lowering::new(env.clone(), report).code(expr)
}

/// The code of a guard. An absent value becomes its default or an error: `and` would read it as
/// `false`.
pub(super) fn guard(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Code {
    expression::Lowering::new(env.clone(), report).value(expr)
}
