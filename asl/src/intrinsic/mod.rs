//! Intrinsic functions: `States.Format('order {}', $.id)`.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>
//!
//! ```
//! use stepwright_asl::intrinsic::{Argument, Call, Function};
//!
//! let call = Call::parse("States.Format('order {} of {}', $.id, States.UUID())")?;
//! assert_eq!(call.function, Function::Format);
//! let Argument::String(template) = &call.arguments[0] else { unreachable!() };
//! assert_eq!(template.placeholders, [6, 12]);
//!
//! let error = Call::parse("States.Fromat('{}', 1)").unwrap_err();
//! assert_eq!(error.suggestion(), Some("did you mean `States.Format`?".to_owned()));
//! # Ok::<(), stepwright_asl::intrinsic::CallError>(())
//! ```

mod function;
mod reader;

use std::fmt;

use crate::SyntaxError;
use crate::json::Number;
use crate::path::Path;
use crate::similar::did_you_mean;

pub use function::Function;

use reader::Reader;

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
    text: String,
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

/// A call that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at offset {offset}")]
#[non_exhaustive]
pub struct CallError {
    /// Where in the text, in bytes from 0.
    pub offset: usize,
    /// What is wrong, without the place.
    pub message: String,
    /// What sort of fault it is.
    pub fault: CallFault,
}

/// What sort of fault a call has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallFault {
    /// The text does not follow the grammar.
    Syntax,
    /// There is no function of this name.
    UnknownFunction(String),
    /// The function takes another number of arguments.
    Arity,
    /// A literal argument has a type that the function does not take there.
    ArgumentType,
    /// Calls nest deeper than [`MAX_NESTING`].
    Nesting,
}

impl CallError {
    fn new(fault: CallFault, offset: usize, message: impl Into<String>) -> CallError {
        CallError {
            offset,
            message: message.into(),
            fault,
        }
    }

    /// A text that does not follow the grammar.
    pub(crate) fn syntax(offset: usize, message: impl Into<String>) -> CallError {
        CallError::new(CallFault::Syntax, offset, message)
    }

    /// The function that was probably meant.
    pub fn suggestion(&self) -> Option<String> {
        let CallFault::UnknownFunction(name) = &self.fault else {
            return None;
        };
        did_you_mean(name, Function::ALL.iter().map(|function| function.name()))
    }
}

impl From<CallError> for SyntaxError {
    fn from(error: CallError) -> SyntaxError {
        SyntaxError::new(error.offset, error.message)
    }
}

impl From<SyntaxError> for CallError {
    fn from(error: SyntaxError) -> CallError {
        CallError::syntax(error.offset, error.message)
    }
}

impl Call {
    /// Reads a call; blanks may follow it.
    ///
    /// # Errors
    ///
    /// When the text is no call, the function is unknown, it takes another number of arguments or other types of literals, or calls nest too deep.
    pub fn parse(text: &str) -> Result<Call, CallError> {
        let mut reader = Reader::new(text);
        let call = reader.call(1)?;
        reader.skip_blanks();
        if reader.rest().is_empty() {
            Ok(call)
        } else {
            Err(reader.failure("expected the end of the text after the call"))
        }
    }

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

impl std::str::FromStr for Call {
    type Err = CallError;

    fn from_str(text: &str) -> Result<Call, CallError> {
        Call::parse(text)
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
    /// Reads a call when the text begins with `States.`, else a path.
    ///
    /// # Errors
    ///
    /// As [`Call::parse`] and [`Path::parse`].
    pub fn parse(text: &str) -> Result<Expression, CallError> {
        if text.starts_with("States.") {
            return Call::parse(text).map(Expression::Call);
        }
        Ok(Expression::Path(Path::parse(text)?))
    }

    /// All paths in it.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Expression::Path(path) => vec![path],
            Expression::Call(call) => call.paths(),
        }
    }
}

#[cfg(test)]
mod tests;
