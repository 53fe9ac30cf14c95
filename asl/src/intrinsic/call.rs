//! The syntax tree of a call.

use std::fmt;

use super::function::Function;
use crate::json::Number;
use crate::path::Path;

/// Maximum nesting depth of calls in one field.
pub const MAX_NESTING: usize = 10;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct IntrinsicCall {
    /// The called function.
    pub function: Function,
    /// The arguments of the call.
    pub arguments: Vec<Argument>,
    pub(super) text: String,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// Another call.
    Call(IntrinsicCall),
    /// A path.
    Path(Path),
    /// A string in single quotes.
    String(Literal),
    /// A number.
    Number(Number),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// A string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The text, with escapes resolved.
    pub value: String,
    /// The byte offsets of unescaped `{}`, which `States.Format` replaces.
    pub placeholders: Vec<usize>,
    /// The first unescaped brace that is not part of a `{}`. `States.Format` refuses such a
    /// template.
    pub unmatched_brace: Option<char>,
}

/// The message of AWS for a template of `States.Format` with an unescaped brace that is not part of
/// a `{}`.
///
/// Source: <https://github.com/aws/aws-cdk/issues/29261>, for an opening brace.
pub fn unmatched_brace_message(brace: char) -> &'static str {
    match brace {
        '{' => "Invalid template in States.Format: matching '}' not found for '{'.",
        _ => "Invalid template in States.Format: matching '{' not found for '}'.",
    }
}

impl IntrinsicCall {
    /// The call as it was written, trimmed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// This call and all nested calls, outer before inner.
    pub fn all(&self) -> Vec<&IntrinsicCall> {
        let mut calls = vec![self];
        for argument in &self.arguments {
            if let Argument::Call(call) = argument {
                calls.extend(call.all());
            }
        }
        calls
    }

    /// All paths, including those of nested calls.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        for argument in &self.arguments {
            match argument {
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => paths.extend(call.paths()),
                _ => {}
            }
        }
        paths
    }
}

/// The call as it was written.
impl fmt::Display for IntrinsicCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An expression in a payload template: the value of a key that ends in `.$`.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A path.
    Path(Path),
    /// A call.
    Call(IntrinsicCall),
}

impl Expression {
    /// All paths of the expression.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Expression::Path(path) => vec![path],
            Expression::Call(call) => call.paths(),
        }
    }
}
