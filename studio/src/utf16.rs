//! Edits as an editor counts them: in UTF-16 units of the file's text, with its line ends.

use serde::Serialize;
use stepwright_editor::TextEdit;

/// A change of an editor's text: a range in UTF-16 units, and its replacement.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Utf16Edit {
    start: usize,
    end: usize,
    text: String,
}

/// The edits of a text, which are in text order.
pub(crate) fn edits(text: &str, edits: &[TextEdit]) -> Vec<Utf16Edit> {
    let (mut byte, mut units) = (0, 0);
    let mut position = |at: usize| {
        units += text[byte..at].chars().map(char::len_utf16).sum::<usize>();
        byte = at;
        units
    };
    let converted = edits.iter().map(|edit| Utf16Edit {
        start: position(edit.range.start),
        end: position(edit.range.end),
        text: edit.text.clone(),
    });
    converted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_units_of_utf_16_and_both_parts_of_a_line_end() {
        let text = "\u{1d11e}\r\n\u{20ac}x";
        let edit = [TextEdit::replace(6..9, "y"), TextEdit::replace(10..10, "z")];
        let counted: Vec<(usize, usize)> = edits(text, &edit)
            .iter()
            .map(|edit| (edit.start, edit.end))
            .collect();
        assert_eq!(counted, [(4, 5), (6, 6)]);
    }
}
