//! The recorded executions that a rehearsal runs again, each with a name and a history.

use std::sync::Arc;

use stepwright_history::{RecordedHistory, RecordedHistoryError};

/// A recorded execution for a [`Rehearsal`](super::Rehearsal).
#[derive(Clone, Debug)]
#[must_use]
pub struct RecordedExecution {
    pub(super) name: String,
    pub(super) history: RecordedHistory,
    pub(super) definition: Option<Arc<str>>,
}

impl RecordedExecution {
    /// Creates an execution with this history. The name is for reports: that of the execution or of
    /// the file.
    pub fn new(name: impl Into<String>, history: RecordedHistory) -> Self {
        Self {
            name: name.into(),
            history,
            definition: None,
        }
    }

    /// Parses the JSON of a history. A member `definition` next to `events`, as
    /// [`saved`](super::SavedHistory) histories have it, is the definition of the execution.
    ///
    /// # Errors
    ///
    /// Text that is not a history.
    pub fn parse(name: impl Into<String>, text: &str) -> Result<Self, RecordedHistoryError> {
        let json: serde_json::Value = match serde_json::from_str(text) {
            Ok(json) => json,
            // `RecordedHistory` words the error.
            Err(_) => return Ok(Self::new(name, RecordedHistory::parse(text)?)),
        };
        let mut execution = Self::new(name, RecordedHistory::from_json(&json)?);
        execution.definition = match &json["definition"] {
            serde_json::Value::String(text) => Some(text.as_str().into()),
            object @ serde_json::Value::Object(_) => Some(object.to_string().into()),
            _ => None,
        };
        Ok(execution)
    }

    /// Sets the definition that the execution ran, as JSON text. Renamed states are found by it.
    pub fn definition(mut self, text: impl Into<Arc<str>>) -> Self {
        self.definition = Some(text.into());
        self
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the history.
    pub fn history(&self) -> &RecordedHistory {
        &self.history
    }
}
