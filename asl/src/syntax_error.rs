//! Syntax errors.

use std::fmt;

use crate::intrinsic::Function;
use crate::json::Position;
use crate::similar::did_you_mean;

/// A syntax error in a text: JSON, YAML, a path, a call of an intrinsic function or a JSONata
/// expression.
///
/// ```
/// use stepwright_asl::json::Document;
/// use stepwright_asl::path::Path;
///
/// let error = Document::parse("{\n  \"StartAt\" \"A\"\n}").unwrap_err();
/// assert_eq!(error.to_string(), "expected `:` after the key at line 2, column 13");
///
/// let error = Path::parse("order.id").unwrap_err();
/// assert_eq!(error.to_string(), "a path begins with `$` at offset 0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// The offset in the text, in bytes from 0.
    pub offset: usize,
    /// The line and the column, if the text is a whole document.
    pub position: Option<Position>,
    /// The kind of the error.
    pub fault: SyntaxFault,
    /// The message, without the position.
    pub message: String,
}

/// The kind of a syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyntaxFault {
    /// The text does not follow the grammar of its language.
    Grammar,
    /// The text is valid in its language, but AWS does not support it.
    Unsupported,
    /// There is no intrinsic function of this name.
    UnknownFunction(String),
    /// The intrinsic function has a different number of arguments.
    Arity,
    /// A literal argument has a type that the intrinsic function does not accept.
    ArgumentType,
    /// Calls of intrinsic functions nest deeper than
    /// [`MAX_NESTING`](crate::intrinsic::MAX_NESTING).
    Nesting,
}

impl SyntaxError {
    /// The most similar intrinsic function, as a question.
    pub fn suggestion(&self) -> Option<String> {
        let SyntaxFault::UnknownFunction(name) = &self.fault else {
            return None;
        };
        did_you_mean(name, Function::ALL.iter().map(|function| function.name()))
    }

    /// Creates a grammar error.
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::of_fault(SyntaxFault::Grammar, offset, message)
    }

    /// Creates an error of another kind.
    pub(crate) fn of_fault(
        fault: SyntaxFault,
        offset: usize,
        message: impl Into<String>,
    ) -> SyntaxError {
        SyntaxError {
            offset,
            position: None,
            fault,
            message: message.into(),
        }
    }

    /// Creates a grammar error in a document.
    pub(crate) fn in_document(position: Position, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            position: Some(position),
            ..SyntaxError::new(position.offset, message)
        }
    }

    /// Shifts the error to a longer text that contains this text at `offset`.
    pub(crate) fn inside(mut self, offset: usize) -> SyntaxError {
        self.offset += offset;
        self
    }
}

/// The message and the position.
impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(Position { line, column, .. }) => {
                write!(f, "{} at line {line}, column {column}", self.message)
            }
            None => write!(f, "{} at offset {}", self.message, self.offset),
        }
    }
}

impl std::error::Error for SyntaxError {}
