//! The parts of an expression, for editors.

use std::ops::Range;

use super::token::{Lexer, TokenKind};

/// A part of an expression that an editor shows in its own colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpressionPart {
    /// A variable, with its `$`.
    Variable,
    /// The name of a called function, with its `$`.
    Function,
    /// A name of a member.
    Member,
    /// A string, with its quotes.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`, and `function`.
    Word,
    /// A regular expression.
    Regex,
    /// An operator or a bracket.
    Operator,
}

/// The parts of an expression with their byte ranges, in text order. They end at the first fault.
///
/// ```
/// use stepwright_asl::jsonata::{ExpressionPart, parts};
///
/// let found = parts("$sum($order.items.price)");
/// assert_eq!(found[0], (ExpressionPart::Function, 0..4));
/// assert_eq!(found[2], (ExpressionPart::Variable, 5..11));
/// assert_eq!(found[4], (ExpressionPart::Member, 12..17));
/// ```
pub fn parts(text: &str) -> Vec<(ExpressionPart, Range<usize>)> {
    let mut lexer = Lexer::new(text);
    let mut found: Vec<(ExpressionPart, Range<usize>)> = Vec::new();
    // After an operand an operator is expected, which tells a division from a regular expression.
    let mut infix = false;
    while let Ok(token) = lexer.next(infix) {
        let part = match &token.kind {
            TokenKind::End => break,
            TokenKind::Name(name) if name == "function" || name == "λ" => ExpressionPart::Word,
            TokenKind::Name(_) => ExpressionPart::Member,
            TokenKind::Variable(_) => ExpressionPart::Variable,
            TokenKind::String(_) => ExpressionPart::String,
            TokenKind::Number(_) => ExpressionPart::Number,
            TokenKind::Literal => ExpressionPart::Word,
            TokenKind::Regex => ExpressionPart::Regex,
            TokenKind::Operator(operator) => {
                if *operator == "("
                    && let Some((last @ ExpressionPart::Variable, _)) = found.last_mut()
                {
                    *last = ExpressionPart::Function;
                }
                ExpressionPart::Operator
            }
        };
        infix = match token.kind {
            TokenKind::Operator(operator) => matches!(operator, ")" | "]" | "}"),
            _ => true,
        };
        // A lexer that does not advance would never end.
        if token.span.is_empty() {
            break;
        }
        found.push((part, token.span));
    }
    found
}
