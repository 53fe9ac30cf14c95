//! Which data forms may contain: only what pages show without masks.

use serde_json::Value as Json;
use stepwright_engine::Redaction;
use stepwright_engine::value::Value;

use crate::console::http::error::PageError;
use crate::console::state::Console;

/// Whether a form may contain a value for editing: it has no masked field and no task token.
pub(crate) fn is_editable(redaction: &Redaction, value: &Json) -> bool {
    redaction.is_empty() || redaction.value(value) == *value
}

impl Console {
    /// Checks that a form may contain the input of an execution.
    ///
    /// # Errors
    ///
    /// When the input has a masked field or a task token.
    pub(crate) fn check_editable(&self, input: &Value) -> Result<(), PageError> {
        if is_editable(self.source.redaction(), &input.to_json()) {
            return Ok(());
        }
        Err(PageError::refused(
            "the input contains a masked field or a task token, so the console cannot show it for editing; enter an input by hand",
        ))
    }
}
