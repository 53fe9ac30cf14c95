//! Lines and columns.

use std::fmt;

/// A position in a text. Lines and columns count from 1, columns in characters; the offset counts
/// bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The start offsets of lines, and the number of characters before each block of the text. Columns
/// are found quickly even on long lines.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    pub(super) starts: Vec<u32>,
    characters: Vec<u32>,
}

/// The size of a block in bytes.
const BLOCK: usize = 1024;

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = breaks.filter_map(|(offset, _)| u32::try_from(offset + 1).ok());
        let mut before = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let start = before;
            before += characters(block) as u32;
            start
        });
        Lines {
            characters: blocks.collect(),
            starts: std::iter::once(0).chain(starts).collect(),
        }
    }

    pub(super) fn locate(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .starts
            .partition_point(|&start| start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        Position {
            line,
            column: self.characters_before(text, offset) - self.characters_before(text, start) + 1,
            offset,
        }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let counted = self.characters.get(block).copied().map_or_else(
            || {
                // The offset is the end of a text of whole blocks.
                let last = block.saturating_sub(1);
                let rest = characters(&text.as_bytes()[last * BLOCK..]);
                self.characters
                    .get(last)
                    .map_or(0, |count| *count as usize + rest)
            },
            |count| count as usize,
        );
        counted
            + characters(
                text.as_bytes()
                    .get(block * BLOCK..offset)
                    .unwrap_or_default(),
            )
    }
}

/// The number of characters that start in a piece of UTF-8.
pub(super) fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}
