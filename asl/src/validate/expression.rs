//! The properties of a JSONata expression that rules need. The syntax tree is dropped at once,
//! because thousands of trees would use too much memory.

use std::ops::Range;

use crate::SyntaxError;
use crate::jsonata::{self, JsonataNode, NodeKind, Operator, StatesRead};

/// A parsed expression.
pub(super) struct ParsedExpression<'d> {
    /// The text of the expression, trimmed.
    pub(super) source: &'d str,
    /// The workflow variables that it reads.
    pub(super) variables: Box<[String]>,
    pub(super) states: Box<[StatesRead]>,
    /// The called functions that AWS does not support.
    pub(super) unknown_functions: Box<[String]>,
    /// The outermost operator, if it is binary.
    pub(super) binary: Option<Binary>,
    /// The number of items if the expression is a range of numbers: `[1..5000]` or
    /// `$range(1, 5000, 1)`.
    pub(super) count: Option<u64>,
}

/// A binary operator.
pub(super) struct Binary {
    pub(super) op: Operator,
    left: Range<usize>,
    right: Range<usize>,
    /// The right operand, if it is a number.
    pub(super) number: Option<f64>,
}

impl<'d> ParsedExpression<'d> {
    pub(super) fn read(text: &'d str) -> Result<ParsedExpression<'d>, SyntaxError> {
        let (expression, (binary, count)) =
            jsonata::Expression::parse_with(text, |root| (binary(root), count(root)))?;
        Ok(ParsedExpression {
            source: text.trim(),
            variables: expression.variables().into(),
            states: expression.states().into(),
            unknown_functions: expression.unknown_functions().into(),
            binary,
            count,
        })
    }

    /// The operands of its operator.
    pub(super) fn operands(&self) -> Option<(&'d str, Operator, &'d str)> {
        let binary = self.binary.as_ref()?;
        let text = |range: &Range<usize>| Some(self.source.get(range.clone())?.trim());
        Some((text(&binary.left)?, binary.op, text(&binary.right)?))
    }

    /// The variable on the left of its operator and the number on the right: `i`, `+` and 1 for
    /// `$i + 1`.
    pub(super) fn variable_and_number(&self) -> Option<(&'d str, Operator, f64)> {
        let (left, op, _) = self.operands()?;
        let name = left.strip_prefix('$')?;
        let is_name = name.chars().all(crate::name::continues_variable);
        let number = self.binary.as_ref()?.number?;
        is_name.then_some((name, op, number))
    }
}

fn binary(node: &JsonataNode) -> Option<Binary> {
    match &node.kind {
        NodeKind::Binary(op, sides) => Some(Binary {
            op: *op,
            left: sides[0].span.clone(),
            right: sides[1].span.clone(),
            number: number(&sides[1]),
        }),
        _ => None,
    }
}

fn number(node: &JsonataNode) -> Option<f64> {
    match node.kind {
        NodeKind::Number(value) => Some(value),
        _ => None,
    }
}

fn count(node: &JsonataNode) -> Option<u64> {
    let (first, last, step) = match &node.kind {
        NodeKind::Array(items) => match items.as_slice() {
            [
                JsonataNode {
                    kind: NodeKind::Binary(Operator::Range, sides),
                    ..
                },
            ] => (number(&sides[0])?, number(&sides[1])?, 1.0),
            _ => return None,
        },
        NodeKind::Function(procedure, arguments) if procedure.variable() == Some("range") => {
            match arguments.as_slice() {
                [first, last, step] => (number(first)?, number(last)?, number(step)?),
                _ => return None,
            }
        }
        _ => return None,
    };
    let count = ((last - first) / step).floor() + 1.0;
    (count.is_finite() && count >= 0.0).then_some(count as u64)
}
