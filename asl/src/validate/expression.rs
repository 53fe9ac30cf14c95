//! What the rules want to know of a JSONata expression; the expression itself is given up at once, because thousands of them would fill the memory.

use std::ops::Range;

use jlens_core::ast::{BinaryOp, Node, NodeKind};

use crate::jsonata::{self, StatesRead, SyntaxError};

/// An expression that was read.
pub(super) struct Parsed<'d> {
    /// Its text, without blanks around it.
    pub(super) source: &'d str,
    /// The workflow variables that it reads.
    pub(super) variables: Box<[String]>,
    pub(super) states: Box<[StatesRead]>,
    /// The operator, when it is one with two operands.
    pub(super) binary: Option<Binary>,
    /// How many items it has, when it is a range of numbers: `[1..5000]` or `$range(1, 5000, 1)`.
    pub(super) count: Option<u64>,
}

/// An operator with two operands.
pub(super) struct Binary {
    pub(super) op: BinaryOp,
    left: Range<usize>,
    right: Range<usize>,
    /// The number that the right operand is.
    pub(super) number: Option<f64>,
}

impl<'d> Parsed<'d> {
    pub(super) fn read(text: &'d str) -> Result<Parsed<'d>, SyntaxError> {
        let expression = jsonata::Expression::parse(text)?;
        let root = &expression.compiled().ast().root;
        Ok(Parsed {
            source: text.trim(),
            variables: expression.variables().into(),
            states: expression.states().into(),
            binary: binary(root),
            count: count(root),
        })
    }

    /// The operands of its operator.
    pub(super) fn operands(&self) -> Option<(&'d str, BinaryOp, &'d str)> {
        let binary = self.binary.as_ref()?;
        let text = |range: &Range<usize>| Some(self.source.get(range.clone())?.trim());
        Some((text(&binary.left)?, binary.op, text(&binary.right)?))
    }

    /// The variable on the left of its operator and the number on the right: `i`, `+` and 1 for `$i + 1`.
    pub(super) fn variable_and_number(&self) -> Option<(&'d str, BinaryOp, f64)> {
        let (left, op, _) = self.operands()?;
        let name = left.strip_prefix('$')?;
        let is_name = name.chars().all(crate::name::continues_variable);
        let number = self.binary.as_ref()?.number?;
        is_name.then_some((name, op, number))
    }
}

fn binary(node: &Node) -> Option<Binary> {
    match &node.kind {
        NodeKind::Binary { op, lhs, rhs } => Some(Binary {
            op: *op,
            left: lhs.span.start..lhs.span.end,
            right: rhs.span.start..rhs.span.end,
            number: number(rhs),
        }),
        _ => None,
    }
}

fn number(node: &Node) -> Option<f64> {
    match node.kind {
        NodeKind::Number { value } => Some(value),
        _ => None,
    }
}

fn count(node: &Node) -> Option<u64> {
    let (first, last, step) = match &node.kind {
        NodeKind::Array { items } => match items.as_slice() {
            [item] => match &item.kind {
                NodeKind::Binary {
                    op: BinaryOp::Range,
                    lhs,
                    rhs,
                } => (number(lhs)?, number(rhs)?, 1.0),
                _ => return None,
            },
            _ => return None,
        },
        NodeKind::Function { procedure, args } if is_range(procedure) => match args.as_slice() {
            [first, last, step] => (number(first)?, number(last)?, number(step)?),
            _ => return None,
        },
        _ => return None,
    };
    let count = ((last - first) / step).floor() + 1.0;
    (count.is_finite() && count >= 0.0).then_some(count as u64)
}

fn is_range(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Variable { name } => name == "range",
        NodeKind::Path { steps, .. } => matches!(steps.as_slice(), [step] if is_range(step)),
        _ => false,
    }
}
