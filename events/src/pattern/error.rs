//! Why a text is no pattern.

use std::fmt;

use stepwright_asl::json::{Document, Pointer, Position};

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct PatternError {
    /// The problem, in the words of event-ruler if it also refuses the pattern.
    pub message: String,
    /// How to write it.
    pub help: Option<String>,
    /// Where it is.
    pub position: Option<Position>,
}

impl PatternError {
    pub(super) fn new(message: impl Into<String>, position: Option<Position>) -> Self {
        Self {
            message: message.into(),
            help: None,
            position,
        }
    }

    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// The message of EventBridge's `InvalidEventPatternException` for this pattern.
    ///
    /// The column is where the wrong value begins; in EventBridge's own message it is where its
    /// parser stopped.
    pub fn api_message(&self, pattern: &str) -> String {
        let reason = format!("Event pattern is not valid. Reason: {}", self.message);
        match self.position {
            Some(Position { line, column, .. }) => format!(
                "{reason}\n at [Source: (String)\"{pattern}\"; line: {line}, column: {column}]"
            ),
            None => reason,
        }
    }
}

/// Returns errors with the position of a value.
#[derive(Clone, Copy)]
pub(super) struct ErrorPosition<'d>(pub(super) &'d Document);

impl ErrorPosition<'_> {
    /// An error at a value.
    pub(super) fn error(self, pointer: &Pointer<'_>, message: impl Into<String>) -> PatternError {
        PatternError::new(message, self.0.position(&pointer.to_string()))
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}
