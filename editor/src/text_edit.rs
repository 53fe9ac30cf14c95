//! Changes of a text.

use std::ops::Range;

use serde::Serialize;

/// A range of a text, in bytes, and its replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextEdit {
    /// The replaced range.
    pub range: Range<usize>,
    /// The new text.
    pub text: String,
}

impl TextEdit {
    /// Replaces a range.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> TextEdit {
        TextEdit {
            range,
            text: text.into(),
        }
    }

    /// Applies edits of the same text. They must be in text order and must not overlap.
    ///
    /// ```
    /// use stepwright_editor::TextEdit;
    ///
    /// let edits = [TextEdit::replace(0..1, "A"), TextEdit::replace(2..2, "b")];
    /// assert_eq!(TextEdit::apply("a c", &edits), "A bc");
    /// ```
    pub fn apply(text: &str, edits: &[TextEdit]) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for edit in edits {
            out.push_str(&text[at..edit.range.start]);
            out.push_str(&edit.text);
            at = edit.range.end;
        }
        out.push_str(&text[at..]);
        out
    }
}
