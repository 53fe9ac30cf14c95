//! The parts of a condition that `and`, `or` and `$not` combine.

use std::ops::Range;

use super::operator::{Operator, power};
use super::tree::{JsonataNode, NodeKind};
use super::{Expression, SyntaxError};

/// The kind of a part of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogicKind {
    /// `a and b`, with all operands of a chain.
    And,
    /// `a or b`, with all operands of a chain.
    Or,
    /// `$not(a)`.
    Not,
    /// Another expression.
    Test,
}

/// A part of a condition, with its position in the text.
///
/// ```
/// use stepwright_asl::jsonata::{LogicKind, LogicPart};
///
/// let text = "$a and ($b or $not($c = 1)) and $d";
/// let whole = LogicPart::parse(text)?;
/// assert_eq!((whole.kind, whole.parts.len()), (LogicKind::And, 3));
/// let group = &whole.parts[1];
/// assert_eq!((group.kind, &text[group.span.clone()]), (LogicKind::Or, "$b or $not($c = 1)"));
/// assert_eq!(&text[group.outer.clone()], "($b or $not($c = 1))");
/// assert_eq!(&text[group.parts[1].parts[0].span.clone()], "$c = 1");
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogicPart {
    /// The kind.
    pub kind: LogicKind,
    /// The byte range in the text.
    pub span: Range<usize>,
    /// The byte range with the parentheses around it.
    pub outer: Range<usize>,
    /// Whether the expression binds less tightly than `and` and `or`, so that it needs parentheses
    /// between them.
    pub is_loose: bool,
    /// The operands.
    pub parts: Vec<LogicPart>,
}

impl LogicPart {
    /// The maximum number of groups around a part. A deeper group is one part.
    pub const MOST_LEVELS: usize = 16;

    /// Parses the text between `{%` and `%}`.
    ///
    /// # Errors
    ///
    /// As [`Expression::parse`].
    pub fn parse(text: &str) -> Result<LogicPart, SyntaxError> {
        let indent = text.len() - text.trim_start().len();
        let (_, part) = Expression::parse_with(text, move |root| part_of(root, indent, 0))?;
        Ok(part)
    }
}

/// The part that a node is. `indent` is the position of the expression in the text.
fn part_of(node: &JsonataNode, indent: usize, level: usize) -> LogicPart {
    let at = |node: &JsonataNode| node.span.start + indent..node.span.end + indent;
    let outer = at(node);
    let mut node = node;
    while let NodeKind::Block(nodes) = &node.kind
        && let [inner] = nodes.as_slice()
        && node.is_bare()
    {
        node = inner;
    }
    let (kind, operands) = match operands(node).filter(|_| level < LogicPart::MOST_LEVELS) {
        Some(found) => found,
        None => (LogicKind::Test, Vec::new()),
    };
    let parts = operands.into_iter();
    LogicPart {
        kind,
        span: at(node),
        outer,
        is_loose: kind == LogicKind::Test && is_loose(node),
        parts: parts
            .map(|operand| part_of(operand, indent, level + 1))
            .collect(),
    }
}

fn operands(node: &JsonataNode) -> Option<(LogicKind, Vec<&JsonataNode>)> {
    if !node.is_bare() {
        return None;
    }
    match &node.kind {
        NodeKind::Binary(operator @ (Operator::And | Operator::Or), _) => {
            let mut operands = Vec::new();
            let mut left = node;
            while let NodeKind::Binary(other, sides) = &left.kind
                && other == operator
            {
                operands.push(&sides[1]);
                left = &sides[0];
            }
            operands.push(left);
            operands.reverse();
            let kind = match operator {
                Operator::And => LogicKind::And,
                _ => LogicKind::Or,
            };
            Some((kind, operands))
        }
        NodeKind::Function(procedure, arguments) => match arguments.as_slice() {
            [operand]
                if procedure.variable() == Some("not")
                    && !matches!(operand.kind, NodeKind::Placeholder) =>
            {
                Some((LogicKind::Not, vec![operand]))
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_loose(node: &JsonataNode) -> bool {
    match &node.kind {
        NodeKind::Binary(operator, _) => operator.power() < power::COMPARISON,
        NodeKind::Condition(_)
        | NodeKind::Fallback(..)
        | NodeKind::Bind(_)
        | NodeKind::Apply(_)
        | NodeKind::Lambda(..) => true,
        _ => false,
    }
}
