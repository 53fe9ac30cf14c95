//! The syntax tree of a call.

use std::fmt;

use super::function::Function;
use crate::json::Number;
use crate::path::Path;

/// How deep calls may nest in one field.
pub const MAX_NESTING: usize = 10;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The function.
    pub function: Function,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    pub(super) text: String,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// Another call.
    Call(Call),
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
    /// The text, its escapes resolved.
    pub value: String,
    /// Where `{}` stands in it unescaped, in bytes: the places that `States.Format` fills.
    pub placeholders: Vec<usize>,
}

impl Call {
    /// The call as it was written, without blanks around it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All paths in it, those of inner calls included.
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
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What may stand where a payload template is evaluated: the value of a key that ends in `.$`.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A path.
    Path(Path),
    /// A call.
    Call(Call),
}

impl Expression {
    /// All paths in it.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Expression::Path(path) => vec![path],
            Expression::Call(call) => call.paths(),
        }
    }
}
