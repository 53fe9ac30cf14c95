//! The errors of edits.

use crate::SyntaxError;
use crate::json::Position;

/// The reason why an edit failed. The text is then unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The pointer does not follow RFC 6901.
    #[error("`{pointer}` is not a JSON pointer: it must be empty or begin with `/`")]
    Pointer {
        /// The pointer.
        pointer: String,
    },
    /// There is no value at the pointer.
    #[error("there is no value at `{pointer}`: {reason}{}", question(suggestion.as_deref()))]
    NotFound {
        /// The pointer up to the missing step.
        pointer: String,
        /// The reason, which names the missing member or item.
        reason: String,
        /// The most similar existing pointer.
        suggestion: Option<String>,
    },
    /// A member of this name already exists.
    #[error("`{pointer}` already exists; replace it")]
    Exists {
        /// The pointer.
        pointer: String,
    },
    /// The value cannot be represented in the text.
    #[error("the new value cannot be written: {reason}")]
    Value {
        /// The reason.
        reason: String,
    },
    /// The value cannot be edited without a change elsewhere.
    #[error("`{pointer}` cannot be edited at line {}, column {}: {reason}", position.line, position.column)]
    Unsafe {
        /// The pointer of the edit.
        pointer: String,
        /// The position of the value.
        position: Position,
        /// The reason.
        reason: String,
    },
    /// The edited text could not be parsed.
    #[error("`{pointer}` cannot be edited: the edited text cannot be read: {source}")]
    Unreadable {
        /// The pointer of the edit.
        pointer: String,
        /// The parser's error for the edited text.
        source: SyntaxError,
    },
}

fn question(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |suggestion| {
        format!("; did you mean `{suggestion}`?")
    })
}
