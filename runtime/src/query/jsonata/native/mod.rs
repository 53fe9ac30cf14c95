//! Expressions that the runtime evaluates itself: paths, literals, operators, conditions,
//! constructors and the functions that ask something simple of a value.
//!
//! What is evaluated here is decided on the tree ([`compile`]). Where an evaluation meets what
//! needs more (an operand of a type that would be an error, an array that a path maps over, a
//! result without a value), it gives up, and jlens evaluates the whole expression: errors and rare
//! cases have one home. A property over a grammar of these expressions holds both to the same
//! results.

mod compile;
mod evaluate;
mod operand;
#[cfg(test)]
mod tests;

use jlens_core::Node;
use jlens_core::ast::BinaryOp;

use crate::query::{Scope, VariableNames};
use crate::value::{Str, Value};

use super::build;
use super::limits::MAX_MEMORY;
use super::selection::Selection;

use self::operand::Operand;

/// Such an expression.
#[derive(Debug)]
pub(super) struct Native {
    tree: Tree,
    /// Whether it reads a variable with the name of a function. jlens then has copies of all values
    /// in place of the values themselves: arrays and objects are not given back as they were.
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
    /// What jlens evaluates, if the evaluation comes to it.
    Other,
}

/// An item of an array constructor.
#[derive(Debug)]
struct Item {
    value: Tree,
    /// An array constructor itself: its array is one item. Others give each of their items.
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

/// The longest result, as JSON. What comes near to the limit of an evaluation is left to jlens,
/// which counts by its own rules.
const MAX_RESULT: u64 = MAX_MEMORY as u64 / 2;

impl Native {
    /// The expression, if it is one that can be evaluated here.
    pub(super) fn of(root: &Node, names: &mut VariableNames) -> Option<Native> {
        compile::compile(root, names)
    }

    /// The value, unless jlens has to evaluate the expression.
    pub(super) fn run(&self, scope: &Scope<'_>) -> Option<Value> {
        match self.tree.evaluate(scope)? {
            Operand::Number(number) => Some(build::number(number)),
            Operand::Bool(flag) => Some(Value::Bool(flag)),
            Operand::Node(_) if self.is_shadowed => None,
            other => {
                let value = other.into_value()?;
                (value.json_len() <= MAX_RESULT).then_some(value)
            }
        }
    }
}
