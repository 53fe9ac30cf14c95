//! The text of a file as a browser counts it.
//!
//! A text area counts UTF-16 units, and each line end of it is one character. Positions in
//! messages of the page are such units, so the page can use them without a conversion.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use stepwright_editor::TextEdit;

/// A change of the shown text: a range in UTF-16 units, and its replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownEdit {
    /// The start of the replaced range.
    pub start: usize,
    /// The end of the replaced range.
    pub end: usize,
    /// The new text, with `\n` as the line end.
    pub text: String,
}

/// The positions of a text in a browser.
#[derive(Debug)]
pub struct ShownText<'t> {
    text: &'t str,
    /// The shown position of each byte, and of the end; `None` if all positions are equal.
    positions: Option<Vec<u32>>,
    line_ends: LineEnds,
}

/// How a program counts the line end `\r\n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnds {
    /// As one character: the text area of a browser.
    Joined,
    /// As two characters: an editor that has the file's text.
    OfFile,
}

impl<'t> ShownText<'t> {
    /// Counts the positions of a text.
    pub fn of(text: &'t str) -> ShownText<'t> {
        Self::counted(text, LineEnds::Joined)
    }

    /// Counts the positions of a text as an editor does: with the line ends of the file.
    pub(crate) fn of_file(text: &'t str) -> ShownText<'t> {
        Self::counted(text, LineEnds::OfFile)
    }

    fn counted(text: &'t str, line_ends: LineEnds) -> ShownText<'t> {
        let is_joined = line_ends == LineEnds::Joined;
        let is_same = text.is_ascii() && !(is_joined && text.contains('\r'));
        let positions = (!is_same).then(|| positions(text, is_joined));
        ShownText {
            text,
            positions,
            line_ends,
        }
    }

    /// The shown position of a byte.
    pub fn position(&self, byte: usize) -> usize {
        match &self.positions {
            None => byte.min(self.text.len()),
            Some(positions) => positions[byte.min(self.text.len())] as usize,
        }
    }

    /// The byte at a shown position. A position inside of a character is that of the character.
    pub fn byte(&self, position: usize) -> usize {
        match &self.positions {
            None => position.min(self.text.len()),
            Some(positions) => {
                let at = positions.partition_point(|shown| (*shown as usize) < position);
                let at = at.min(self.text.len());
                (at..=self.text.len())
                    .find(|at| self.text.is_char_boundary(*at))
                    .unwrap_or(self.text.len())
            }
        }
    }

    /// The length of the shown text.
    pub fn len(&self) -> usize {
        self.position(self.text.len())
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The shown positions of a range of bytes.
    pub fn range(&self, range: &Range<usize>) -> (usize, usize) {
        (self.position(range.start), self.position(range.end))
    }

    /// The edits as the page makes them.
    pub fn shown(&self, edits: &[TextEdit]) -> Vec<ShownEdit> {
        let shown = edits.iter().map(|edit| {
            let (start, end) = self.range(&edit.range);
            ShownEdit {
                start,
                end,
                text: match self.line_ends {
                    LineEnds::Joined => shown(&edit.text),
                    LineEnds::OfFile => edit.text.clone(),
                },
            }
        });
        shown.collect()
    }

    /// The edits of the page in bytes, in text order and with the line ends of the text. `None` if
    /// they overlap.
    pub fn edits(&self, edits: &[ShownEdit]) -> Option<Vec<TextEdit>> {
        let mut converted: Vec<TextEdit> = edits
            .iter()
            .map(|edit| {
                let start = self.byte(edit.start);
                let end = self.byte(edit.end).max(start);
                TextEdit::replace(start..end, self.with_line_ends(&edit.text))
            })
            .collect();
        converted.sort_by_key(|edit| edit.range.start);
        let overlaps = converted
            .windows(2)
            .any(|pair| pair[1].range.start < pair[0].range.end);
        (!overlaps).then_some(converted)
    }

    /// A text with the first line end of this one.
    fn with_line_ends(&self, text: &str) -> String {
        let first = self.text.find('\n');
        let is_windows = first.is_some_and(|at| self.text[..at].ends_with('\r'));
        let text = shown(text);
        if is_windows {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    }
}

/// A text with `\n` as each line end, as a text area has it.
pub(crate) fn shown(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

fn positions(text: &str, is_joined: bool) -> Vec<u32> {
    let mut positions = Vec::with_capacity(text.len() + 1);
    let mut at = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        positions.extend(std::iter::repeat_n(at, character.len_utf8()));
        let is_first_half = is_joined && character == '\r' && characters.peek() == Some(&'\n');
        at += if is_first_half {
            0
        } else {
            character.len_utf16() as u32
        };
    }
    positions.push(at);
    positions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text area of a browser: UTF-16 units, with one line end.
    fn area(text: &str) -> Vec<u16> {
        shown(text).encode_utf16().collect()
    }

    fn replaced(mut area: Vec<u16>, edits: &[ShownEdit]) -> Vec<u16> {
        for edit in edits.iter().rev() {
            area.splice(edit.start..edit.end, edit.text.encode_utf16());
        }
        area
    }

    proptest! {
        #[test]
        fn an_edit_has_the_same_result_in_the_file_and_in_a_text_area(
            text in "([a-c€𝄞]|\r\n|\n){0,30}",
            start in 0..40_usize,
            length in 0..6_usize,
            new in "([xyß]|\n){0,4}",
        ) {
            let counted = ShownText::of(&text);
            let boundary = |mut at: usize| {
                at = at.min(text.len());
                while !text.is_char_boundary(at) || (at > 0 && text[..at].ends_with('\r')) { at -= 1; }
                at
            };
            let start = boundary(start);
            let end = boundary(start + length).max(start);
            let edits = [TextEdit::replace(start..end, new)];
            let after = TextEdit::apply(&text, &edits);
            prop_assert_eq!(replaced(area(&text), &counted.shown(&edits)), area(&after));
            let back = counted.edits(&counted.shown(&edits)).expect("there is one edit");
            prop_assert_eq!(&back[0].range, &edits[0].range);
            prop_assert_eq!(counted.len(), area(&text).len());
        }
    }

    #[test]
    fn an_editor_counts_both_characters_of_a_line_end() {
        let counted = ShownText::of_file("\u{1d11e}\r\n\u{20ac}x");
        let edits = [
            TextEdit::replace(6..9, "\r\n"),
            TextEdit::replace(10..10, "z"),
        ];
        let shown = counted.shown(&edits);
        let shown = shown.iter().map(|edit| (edit.start, edit.end, &*edit.text));
        assert!(shown.eq([(4, 5, "\r\n"), (6, 6, "z")]));
    }

    #[test]
    fn typed_line_ends_are_those_of_the_file() {
        let counted = ShownText::of("a\r\nb\r\n");
        let typed = ShownEdit {
            start: 3,
            end: 3,
            text: "\nc".to_owned(),
        };
        let edits = counted.edits(&[typed]).expect("there is one edit");
        assert_eq!(TextEdit::apply("a\r\nb\r\n", &edits), "a\r\nb\r\nc\r\n");
    }
}
