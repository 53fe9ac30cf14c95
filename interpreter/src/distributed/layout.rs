//! The formats of result files, as `WriterConfig` of a ResultWriter selects them.

use crate::record::record;
use crate::value::Value;

/// WriterConfig: the format of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) transformation: Transformation,
    /// JSON Lines instead of a JSON array.
    pub(crate) is_lines: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transformation {
    /// The executions with all their fields.
    None,
    /// Their outputs.
    Compact,
    /// Their outputs; arrays are flattened.
    Flatten,
}

impl Layout {
    /// Appends a row to the text of a file; `has_rows` is whether it has rows already.
    pub(super) fn push(self, text: &mut String, has_rows: bool, row: &Value) {
        if !self.is_lines {
            text.push(if has_rows { ',' } else { '[' });
        }
        row.write_to(text);
        if self.is_lines {
            text.push('\n');
        }
    }

    /// Returns the text after the last row.
    pub(super) fn end(self) -> &'static str {
        if self.is_lines { "" } else { "]" }
    }

    /// Returns the extension of a file's name.
    pub(super) fn extension(self) -> &'static str {
        if self.is_lines { "jsonl" } else { "json" }
    }
}

/// Builds the text of a result file, row by row.
pub(super) struct ResultText {
    layout: Layout,
    text: String,
}

impl ResultText {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            layout,
            text: String::new(),
        }
    }

    pub(super) fn push(&mut self, row: &Value) {
        let has_rows = !self.text.is_empty();
        self.layout.push(&mut self.text, has_rows, row);
    }

    pub(super) fn len(&self) -> u64 {
        u64::try_from(self.text.len()).unwrap_or(u64::MAX)
    }

    /// Returns the text; `None` when there is no row.
    pub(super) fn finish(mut self) -> Option<String> {
        if self.text.is_empty() {
            return None;
        }
        self.text.push_str(self.layout.end());
        Some(self.text)
    }
}

record!(struct Layout { 1 => transformation, 2 => is_lines });
record!(enum Transformation { 0 => None, 1 => Compact, 2 => Flatten });
