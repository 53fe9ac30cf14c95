//! The text of a string, with its positions in the file.

use std::ops::Range;

use crate::Definition;

/// A string of a definition, with the offset in the file of each of its bytes.
#[derive(Debug)]
pub(crate) struct StringText<'d> {
    pub(crate) text: &'d str,
    offsets: Vec<u32>,
}

impl<'d> StringText<'d> {
    /// The string at a pointer; `None` if there is none, or if the file does not contain its text
    /// as it is.
    pub(crate) fn at(definition: &'d Definition, pointer: &str) -> Option<StringText<'d>> {
        Some(StringText {
            text: definition.json().pointer(pointer)?.as_str()?,
            offsets: definition.tree().string_offsets(pointer)?,
        })
    }

    /// The range in the file of a part of the string.
    pub(crate) fn in_file(&self, definition: &Definition, part: Range<usize>) -> Range<usize> {
        let start = self.offset(part.start);
        // The last character may be longer in the file, for example as an escape.
        let end = match part.end.checked_sub(1).filter(|last| *last >= part.start) {
            Some(last) => self.after(last),
            None => start,
        };
        definition.in_file(start..end.max(start))
    }

    /// The index in the string of an offset in the file: that of the first character that is not
    /// before it.
    pub(crate) fn index_at(&self, definition: &Definition, offset: usize) -> Option<usize> {
        let own = definition.in_definition(offset)?;
        let index = self.offsets.partition_point(|at| (*at as usize) < own);
        let mut index = index.min(self.text.len());
        while !self.text.is_char_boundary(index) {
            index -= 1;
        }
        Some(index)
    }

    fn offset(&self, at: usize) -> usize {
        match self.offsets.get(at) {
            Some(offset) => *offset as usize,
            None => self.offsets.last().map_or(0, |last| *last as usize + 1),
        }
    }

    /// The offset after the character that contains a byte: that of the next character if it
    /// follows at once, also after an escape.
    fn after(&self, at: usize) -> usize {
        let start = self.offset(at);
        let is_next = |next: &u32| *next as usize != start;
        let next = self.offsets[at + 1..].iter().copied().find(is_next);
        let mut end = at;
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let length = self.text[end..].chars().next().map_or(1, char::len_utf8);
        match next.map(|next| next as usize) {
            // Between the lines of a YAML string are spaces that do not belong to it.
            Some(next) if next.saturating_sub(start) <= ESCAPE => next,
            _ => start + length,
        }
    }
}

/// The length of the longest escape of one character: a pair of surrogates, `\ud834\udd1e`.
const ESCAPE: usize = 12;
