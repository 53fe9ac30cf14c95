use crate::record::record;
use crate::value::Value;

/// WriterConfig: the form of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) transformation: Transformation,
    /// JSON Lines instead of a JSON array.
    pub(crate) is_lines: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transformation {
    /// The executions with all that is known of them.
    None,
    /// Their outputs.
    Compact,
    /// Their outputs; those that are arrays, taken apart.
    Flatten,
}

/// The text of a result file, row by row.
pub(super) struct Text {
    layout: Layout,
    text: String,
}

impl Text {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            layout,
            text: String::new(),
        }
    }

    pub(super) fn push(&mut self, row: &Value) {
        if !self.layout.is_lines {
            self.text.push(if self.text.is_empty() { '[' } else { ',' });
        }
        row.write_to(&mut self.text);
        if self.layout.is_lines {
            self.text.push('\n');
        }
    }

    pub(super) fn len(&self) -> u64 {
        u64::try_from(self.text.len()).unwrap_or(u64::MAX)
    }

    /// `None` when there is no row.
    pub(super) fn finish(mut self) -> Option<String> {
        if self.text.is_empty() {
            return None;
        }
        if !self.layout.is_lines {
            self.text.push(']');
        }
        Some(self.text)
    }
}

record!(struct Layout { transformation, is_lines });
record!(enum Transformation { 0 => None, 1 => Compact, 2 => Flatten });
