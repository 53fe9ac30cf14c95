//! Calls, and the definitions of functions, which look like calls.

use super::parser::{Parsed, Parser};
use super::token::TokenKind;
use super::tree::{JsonataNode, NodeKind};
use crate::SyntaxError;

impl Parser<'_> {
    /// A call, or a function's definition.
    pub(super) fn call(&mut self, left: JsonataNode) -> Parsed {
        let start = left.span.start;
        let mut arguments = Vec::new();
        if !self.is(")") {
            loop {
                if self.is("?") {
                    let span = self.token.span.clone();
                    arguments.push(JsonataNode::new(NodeKind::Placeholder, span));
                    self.expect("?", false)?;
                } else {
                    arguments.push(self.expression(0)?);
                }
                if !self.comma()? {
                    break;
                }
            }
        }
        self.expect(")", true)?;
        if !is_function_word(&left) {
            return Ok(self.node(NodeKind::Function(Box::new(left), arguments), start));
        }
        let mut parameters = Vec::new();
        for (number, argument) in arguments.into_iter().enumerate() {
            let Some(name) = argument.bound() else {
                let message = format!(
                    "S0208: Parameter {} of function definition must be a variable name (start with $)",
                    number + 1
                );
                return Err(SyntaxError::new(argument.span.start, message));
            };
            parameters.push(name.to_owned());
        }
        if self.is("<") {
            self.signature()?;
        }
        self.expect("{", false)?;
        let body = self.boxed(0)?;
        self.expect("}", false)?;
        // `%` in a function's body does not refer to objects outside.
        Ok(JsonataNode::new(
            NodeKind::Lambda(parameters, body),
            self.span_from(start),
        ))
    }

    fn signature(&mut self) -> Result<(), SyntaxError> {
        let start = self.token.span.start;
        let mut text = String::from("<");
        let mut depth = 1;
        while depth > 0 && !self.is("{") && self.token.kind != TokenKind::End {
            self.advance(false)?;
            match &self.token.kind {
                TokenKind::Operator(">") => depth -= 1,
                TokenKind::Operator("<") => depth += 1,
                _ => {}
            }
            text.push_str(self.text.get(self.token.span.clone()).unwrap_or_default());
        }
        self.expect(">", false)?;
        check_signature(&text).map_err(|message| SyntaxError::new(start, message))
    }
}

/// Whether a call with this callee is a function's definition.
fn is_function_word(node: &JsonataNode) -> bool {
    match &node.kind {
        NodeKind::Path(steps) => {
            let [step] = steps.as_slice() else {
                return false;
            };
            step.is_bare()
                && node.is_bare()
                && matches!(&step.kind, NodeKind::Name(name) if name == "function" || name == "λ")
        }
        _ => false,
    }
}

/// Checks the type parameters in a signature such as `<a<n>n?:s>`.
fn check_signature(text: &str) -> Result<(), &'static str> {
    let letters = text.char_indices().skip(1);
    let mut before = None;
    let mut skip_to = 0;
    for (at, letter) in letters {
        if at < skip_to {
            continue;
        }
        match letter {
            ':' => return Ok(()),
            '(' => {
                let end = closing(text, at, '(', ')');
                if text.get(at..end).is_some_and(|choice| choice.contains('<')) {
                    return Err(
                        "S0402: Choice groups containing parameterized types are not supported",
                    );
                }
                before = Some('(');
                skip_to = end + 1;
            }
            '<' if matches!(before, Some('a' | 'f')) => skip_to = closing(text, at, '<', '>') + 1,
            '<' => {
                return Err("S0401: Type parameters can only be applied to functions and arrays");
            }
            's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' | 'x' | 'j' | 'u' => before = Some(letter),
            _ => {}
        }
    }
    Ok(())
}

/// The offset of the bracket that closes the one at `at`, or the end.
fn closing(text: &str, at: usize, open: char, close: char) -> usize {
    let mut depth = 0;
    for (offset, letter) in text.char_indices().skip_while(|(offset, _)| *offset < at) {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                return offset;
            }
        }
    }
    text.len()
}
