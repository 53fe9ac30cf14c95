//! Positions of the protocol: lines, and columns in UTF-8 or UTF-16.

use std::ops::Range;

use gen_lsp_types::{Position, PositionEncodingKind};

/// How columns are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnUnit {
    Utf8,
    Utf16,
}

impl ColumnUnit {
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
            ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// The number of units of the characters that start in a piece of UTF-8.
    fn count(self, bytes: &[u8]) -> usize {
        match self {
            ColumnUnit::Utf8 => bytes.len(),
            ColumnUnit::Utf16 => bytes.iter().map(|byte| units_of(*byte)).sum(),
        }
    }
}

/// The number of UTF-16 units of the character that starts with a byte.
fn units_of(byte: u8) -> usize {
    match byte {
        // A byte inside of a character.
        0x80..=0xbf => 0,
        0xf0..=0xff => 2,
        _ => 1,
    }
}

/// The size of a block in bytes. A file in one line has many columns, so they are counted from the
/// start of a block.
const BLOCK: usize = 1024;

/// The starts of the lines of a text.
#[derive(Debug, Clone)]
pub(crate) struct LineStarts {
    starts: Vec<usize>,
    /// The number of units before each block.
    blocks: Vec<usize>,
    unit: ColumnUnit,
}

impl LineStarts {
    pub(crate) fn of(text: &str, unit: ColumnUnit) -> LineStarts {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| {
            // A line ends with "\n", "\r\n" or "\r".
            **byte == b'\n' || (**byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        });
        let mut before = 0;
        let blocks = bytes.chunks(BLOCK).map(|block| {
            let start = before;
            before += unit.count(block);
            start
        });
        LineStarts {
            starts: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
            blocks: blocks.collect(),
            unit,
        }
    }

    /// The position of an offset. An offset inside of a character is its start.
    pub(crate) fn position(&self, text: &str, offset: usize) -> Position {
        let offset = floor_boundary(text, offset);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let column = self.units_before(text, offset) - self.units_before(text, self.starts[line]);
        Position {
            line: clamped(line),
            character: clamped(column),
        }
    }

    fn units_before(&self, text: &str, offset: usize) -> usize {
        // The end of a text of whole blocks is in the last one.
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let rest = text.as_bytes().get(block * BLOCK..offset);
        self.blocks.get(block).copied().unwrap_or(0) + self.unit.count(rest.unwrap_or_default())
    }

    pub(crate) fn range(&self, text: &str, range: Range<usize>) -> gen_lsp_types::Range {
        gen_lsp_types::Range {
            start: self.position(text, range.start),
            end: self.position(text, range.end.max(range.start)),
        }
    }

    /// The offset of a position. A column after the end of its line is the end of the line, and a
    /// line after the text is the end of the text.
    pub(crate) fn offset(&self, text: &str, position: Position) -> usize {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else {
            return text.len();
        };
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
        let wanted = self.units_before(text, start) + position.character as usize;
        let block = self.blocks.partition_point(|before| *before <= wanted);
        let block = block.saturating_sub(1);
        let mut at = (block * BLOCK).max(start);
        let mut units = self.units_before(text, at);
        while at < end && units < wanted {
            units += self.unit.count(&text.as_bytes()[at..=at]);
            at += 1;
        }
        // A column inside of a character is its start. The units of a character are counted at its
        // first byte, so the rest of its bytes follows.
        if units > wanted {
            at -= 1;
        } else if self.unit == ColumnUnit::Utf16 {
            while at < end && !text.is_char_boundary(at) {
                at += 1;
            }
        }
        floor_boundary(text, at.min(end))
    }

    pub(crate) fn offsets(&self, text: &str, range: gen_lsp_types::Range) -> Range<usize> {
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

    /// Positions in the middle of long lines, around the borders of blocks.
    #[test]
    fn long_lines_have_exact_columns() {
        let text = "xé𝄞".repeat(1500);
        for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16] {
            let lines = LineStarts::of(&text, unit);
            let mut column = 0;
            for (offset, c) in text.char_indices() {
                assert_eq!(lines.position(&text, offset).character as usize, column);
                let position = Position {
                    line: 0,
                    character: column as u32,
                };
                assert_eq!(lines.offset(&text, position), offset);
                column += match unit {
                    ColumnUnit::Utf8 => c.len_utf8(),
                    ColumnUnit::Utf16 => c.len_utf16(),
                };
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
