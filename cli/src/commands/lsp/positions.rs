//! Positions of the protocol: lines, and columns in UTF-8 or UTF-16.

use std::ops::Range;

use gen_lsp_types::{Position, PositionEncodingKind};

/// How columns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnUnit {
    Utf8,
    Utf16,
}

impl ColumnUnit {
    /// The unit for a client that supports these encodings. UTF-16 is what every client supports.
    pub(super) fn choose(encodings: Option<&[PositionEncodingKind]>) -> ColumnUnit {
        let has_utf8 = encodings
            .into_iter()
            .flatten()
            .any(|encoding| *encoding == PositionEncodingKind::UTF8);
        if has_utf8 {
            ColumnUnit::Utf8
        } else {
            ColumnUnit::Utf16
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
            ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            ColumnUnit::Utf8 => text.len(),
            ColumnUnit::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// The starts of the lines of a text.
#[derive(Debug, Clone)]
pub(super) struct LineStarts {
    starts: Vec<usize>,
    unit: ColumnUnit,
}

impl LineStarts {
    pub(super) fn of(text: &str, unit: ColumnUnit) -> LineStarts {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| {
            // A line ends with "\n", "\r\n" or "\r".
            **byte == b'\n' || (**byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        });
        LineStarts {
            starts: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
            unit,
        }
    }

    /// The position of an offset. An offset inside of a character is its start.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = floor_boundary(text, offset);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let column = self.unit.length(&text[self.starts[line]..offset]);
        Position {
            line: clamped(line),
            character: clamped(column),
        }
    }

    pub(super) fn range(&self, text: &str, range: Range<usize>) -> gen_lsp_types::Range {
        gen_lsp_types::Range {
            start: self.position(text, range.start),
            end: self.position(text, range.end.max(range.start)),
        }
    }

    /// The offset of a position. A column after the end of its line is the end of the line, and a
    /// line after the text is the end of the text.
    pub(super) fn offset(&self, text: &str, position: Position) -> usize {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else {
            return text.len();
        };
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let content = text[start..end].trim_end_matches(['\n', '\r']);
        let column = position.character as usize;
        match self.unit {
            ColumnUnit::Utf8 => start + floor_boundary(content, column),
            ColumnUnit::Utf16 => {
                let mut units = 0;
                for (at, c) in content.char_indices() {
                    if units + c.len_utf16() > column {
                        return start + at;
                    }
                    units += c.len_utf16();
                }
                start + content.len()
            }
        }
    }

    pub(super) fn offsets(&self, text: &str, range: gen_lsp_types::Range) -> Range<usize> {
        let start = self.offset(text, range.start);
        start..self.offset(text, range.end).max(start)
    }
}

/// The largest boundary of a character up to an offset.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn clamped(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Each boundary of a character has a position, and the position leads back to it.
        #[test]
        fn positions_lead_back(text in "[a\"é𝄞\r\n]{0,40}") {
            for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16] {
                let lines = LineStarts::of(&text, unit);
                for (offset, _) in text.char_indices() {
                    let position = lines.position(&text, offset);
                    let back = lines.offset(&text, position);
                    // The two characters of "\r\n" have one position.
                    let is_break = text[back..offset].chars().all(|c| c == '\r');
                    prop_assert!(back == offset || (back < offset && is_break));
                }
                let end = lines.position(&text, text.len());
                prop_assert!(text[lines.offset(&text, end)..].trim_end_matches(['\n', '\r']).is_empty());
            }
        }

        /// Every position is an offset at a boundary of a character.
        #[test]
        fn any_position_is_in_the_text(text in "[a\"é𝄞\r\n]{0,40}", line in 0..50_u32, character in 0..50_u32) {
            for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16] {
                let offset = LineStarts::of(&text, unit).offset(&text, Position { line, character });
                prop_assert!(text.is_char_boundary(offset));
            }
        }
    }

    #[test]
    fn columns_count_the_units_of_the_client() {
        let text = "é𝄞x";
        let at = |unit| LineStarts::of(text, unit).position(text, 6).character;
        assert_eq!((at(ColumnUnit::Utf8), at(ColumnUnit::Utf16)), (6, 3));
    }
}
