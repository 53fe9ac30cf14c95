//! Expressions that the interpreter evaluates itself: paths, literals, operators, conditions,
//! constructors and a few simple functions.
//!
//! [`compile`] decides on the tree which expressions are evaluated here. If an evaluation meets an
//! unsupported case (an operand of a type that would be an error, an array that a path maps over, a
//! result without a value), it stops, and jlens evaluates the whole expression. So errors and rare
//! cases have only one implementation. A property test over a grammar of these expressions checks
//! that both evaluators return the same results.

mod compile;
mod evaluate;
mod operand;
#[cfg(test)]
mod tests;

use jlens_core::ast::BinaryOp;

use self::operand::Operand;
use super::selection::Selection;
use crate::value::Str;

/// An expression that the interpreter evaluates itself.
#[derive(Debug)]
pub(super) struct Native {
    tree: Tree,
    /// Whether it reads a variable with the name of a function. jlens then gets copies of all
    /// values, so that arrays and objects are not returned without a copy.
    is_shadowed: bool,
}

#[derive(Debug)]
enum Tree {
    Constant(Operand<'static>),
    Selection(Selection),
    /// Two operands that are both evaluated.
    Binary(BinaryOp, Box<[Tree; 2]>),
    Negate(Box<Tree>),
    And(Box<[Tree; 2]>),
    Or(Box<[Tree; 2]>),
    /// `&` of two or more.
    Concat(Box<[Tree]>),
    /// `a ? b : c`, and without `c`.
    Condition(Box<[Tree; 3]>),
    Array(Box<[Item]>),
    /// `$append(a, b)`.
    Append(Box<[Tree; 2]>),
    Object(Box<[(Str, Tree)]>),
    Call(Function, Box<Tree>),
    /// An unsupported part: if the evaluation reaches it, jlens evaluates the expression.
    Other,
}

/// An item of an array constructor.
#[derive(Debug)]
struct Item {
    value: Tree,
    /// Whether it is an array constructor itself: its array is one item. The items of other arrays
    /// are spliced.
    is_array: bool,
}

#[derive(Clone, Copy, Debug)]
enum Function {
    Boolean,
    Count,
    Exists,
    Not,
    String,
}
