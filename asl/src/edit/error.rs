//! Why an edit cannot be made.

use crate::SyntaxError;
use crate::json::Position;

/// Why an edit cannot be made. The text is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The pointer does not follow RFC 6901.
    #[error("`{pointer}` is no JSON pointer: it is neither empty nor begins with `/`")]
    Pointer {
        /// The pointer.
        pointer: String,
    },
    /// Nothing stands at the pointer.
    #[error("nothing stands at `{pointer}`: {reason}{}", question(suggestion.as_deref()))]
    NotFound {
        /// The pointer up to what is missing.
        pointer: String,
        /// What is missing there.
        reason: String,
        /// The pointer that was probably meant.
        suggestion: Option<String>,
    },
    /// There is a member of this name already.
    #[error("`{pointer}` exists already; replace it")]
    Exists {
        /// The pointer.
        pointer: String,
    },
    /// The value cannot stand in a text.
    #[error("the new value cannot be written: {reason}")]
    Value {
        /// What is wrong with it.
        reason: String,
    },
    /// What stands there cannot be edited without a change elsewhere.
    #[error("`{pointer}` cannot be edited at line {}, column {}: {reason}", position.line, position.column)]
    Unsafe {
        /// The pointer of the edit.
        pointer: String,
        /// Where it stands.
        position: Position,
        /// Why it cannot.
        reason: String,
    },
    /// The edited text could not be read again.
    #[error("`{pointer}` cannot be edited: the edited text cannot be read: {source}")]
    Unreadable {
        /// The pointer of the edit.
        pointer: String,
        /// What the reader says about the edited text.
        source: SyntaxError,
    },
}

fn question(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |suggestion| {
        format!("; did you mean `{suggestion}`?")
    })
}
