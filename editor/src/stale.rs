//! Positions of a definition in a later text that cannot be read.

/// One change between two texts: they differ only between their common start and their common end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    start: usize,
    old_end: usize,
    new_end: usize,
}

impl Shift {
    /// The change from one text to another.
    pub(crate) fn between(old: &str, new: &str) -> Shift {
        let pairs = old.bytes().zip(new.bytes());
        let mut start = pairs.take_while(|(old, new)| old == new).count();
        while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
            start -= 1;
        }
        let (old_rest, new_rest) = (&old[start..], &new[start..]);
        let pairs = old_rest.bytes().rev().zip(new_rest.bytes().rev());
        let mut same = pairs.take_while(|(old, new)| old == new).count();
        while !old.is_char_boundary(old.len() - same) || !new.is_char_boundary(new.len() - same) {
            same -= 1;
        }
        Shift {
            start,
            old_end: old.len() - same,
            new_end: new.len() - same,
        }
    }

    /// The offset in the new text of an offset in the old one.
    pub(crate) fn after(&self, offset: usize) -> usize {
        moved(offset, self.start, self.old_end, self.new_end)
    }

    /// The offset in the old text of an offset in the new one.
    pub(crate) fn before(&self, offset: usize) -> usize {
        moved(offset, self.start, self.new_end, self.old_end)
    }
}

/// An offset inside of the change moves to the start of the change.
fn moved(offset: usize, start: usize, from_end: usize, to_end: usize) -> usize {
    match offset {
        _ if offset <= start => offset,
        _ if offset >= from_end => offset - from_end + to_end,
        _ => start,
    }
}
